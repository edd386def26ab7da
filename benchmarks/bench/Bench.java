package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The command: {@code quick}, {@code full}, or {@code report} to write the report of a file of results once more. */
public final class Bench {
    private static final Path FOLDER = Path.of("benchmarks");
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final List<Peer> QUICK =
            List.of(Peer.KIT, Peer.VERTX, Peer.VERTX_BORINGSSL, Peer.UNDERTOW_SSE, Peer.NODE, Peer.NAIVE);

    private Bench() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("report")) {
            new Report(JSON.readValue(Path.of(args[1]).toFile(), Results.class), FOLDER).write();
            return;
        }
        boolean quick = args[0].equals("quick");
        int rounds = quick ? 1 : Integer.getInteger("bench.rounds", 3);
        Progress progress = new Progress();
        Results results = new Results(quick, rounds, Machine.here());
        List<Contender> contenders = contenders(quick ? QUICK : List.of(Peer.values()), quick, results.leftOut());
        Sitting sitting = new Sitting(results, progress, quick ? 5 : 12, quick ? 1.2 : 3);
        InProcessBenchmark inProcess = new InProcessBenchmark(results, progress);
        if (quick) {
            sitting.quick(contenders);
            inProcess.quick();
        } else {
            sitting.full(contenders, rounds);
            new Growth(results, progress, 12, 3)
                    .measure(
                            contenders.stream()
                                    .filter(c -> c.peer() == Peer.KIT)
                                    .toList(),
                            Floor.build(results.leftOut()));
            inProcess.full();
        }
        Path file = FOLDER.resolve("results")
                .resolve(results.date() + "-" + results.machine() + (quick ? "-quick" : "") + ".json");
        Files.createDirectories(file.getParent());
        JSON.writeValue(file.toFile(), results);
        new Report(results, FOLDER).write();
        progress.say("wrote benchmarks/REPORT.md and " + file);
    }

    /** Those that can run here, built; who cannot is named. In quick, only on the bench's own JDK. */
    private static List<Contender> contenders(List<Peer> peers, boolean quick, List<String> leftOut)
            throws IOException {
        List<Contender> all = new ArrayList<>();
        if (!quick) {
            if (!Machine.mayOpen(Row.NINE_THOUSAND.connections)) {
                leftOut.add("9,000 connections: a process may have too few files (ulimit -Hn says how many)");
            }
            Jdk.missing().forEach(version -> leftOut.add("JDK " + version + ": it is not here"));
        }
        for (Peer peer : peers) {
            List<Jdk> jdks = quick || !peer.isExact() || !peer.isJava() ? List.of(Jdk.own()) : Jdk.measured();
            for (Contender contender :
                    jdks.stream().map(jdk -> new Contender(peer, jdk)).toList()) {
                Optional<String> absent = contender.absent();
                if (absent.isEmpty()) {
                    contender.build();
                    all.add(contender);
                } else {
                    leftOut.add(contender.label() + ": " + absent.get());
                }
            }
        }
        return all;
    }
}
