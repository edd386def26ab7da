package bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The command: {@code quick}, {@code full}, or {@code report} to write the report of a file of results once more. */
public final class Bench {
    private static final Path FOLDER = Path.of("benchmarks");
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Bench() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("report")) {
            new Report(JSON.readValue(Path.of(args[1]).toFile(), Results.class), FOLDER).write();
            return;
        }
        boolean quick = args[0].equals("quick");
        Progress progress = new Progress();
        Results results = new Results(quick, Machine.here());
        List<Peer> peers = Arrays.stream(Peer.values()).filter(Peer::isHere).toList();
        WireBenchmark wire = new WireBenchmark(results, progress, quick ? 6 : 12, quick ? 1.2 : 3);
        InProcessBenchmark inProcess = new InProcessBenchmark(results, progress);
        if (quick) {
            wire.quick(peers.stream()
                    .filter(peer -> peer != Peer.KIT_SSE && peer != Peer.KIT_SNAPSHOT)
                    .toList());
            inProcess.quick();
        } else {
            wire.full(peers);
            inProcess.full();
        }
        Path file = FOLDER.resolve("results")
                .resolve(results.date() + "-" + results.machine() + (quick ? "-quick" : "") + ".json");
        Files.createDirectories(file.getParent());
        JSON.writeValue(file.toFile(), results);
        new Report(results, FOLDER).write();
        progress.say("wrote benchmarks/REPORT.md and " + file);
    }
}
