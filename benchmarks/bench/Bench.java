package bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The command: {@code quick}, {@code full}, or {@code report} to rewrite the report of a file of results.
 *
 * <p>A full run goes in rounds: each starts every server from nothing, every second round in the reverse order, so that
 * other work on the machine affects all alike. The report gives medians over the rounds, and their spread. With
 * {@code bench.only}, a pattern for servers and parts, only these are measured, and they replace their earlier results
 * in the newest file.
 *
 * <p><b>Threads:</b> one thread does everything.
 */
public final class Bench {
    static final String FLOOR = "floor";
    static final String IN_PROCESS = "in process";
    private static final Path FOLDER = Path.of("benchmarks");
    private static final Path RESULTS = FOLDER.resolve("results");
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
        String only = System.getProperty("bench.only", "");
        Predicate<String> wanted = Pattern.compile(only).asPredicate();
        Machine machine = Machine.here();
        Path file = RESULTS.resolve(machine.date() + "-" + machine.name() + (quick ? "-quick" : "") + ".json");
        Results results = new Results(quick, rounds, machine);
        Optional<Path> newest = newest();
        if (!only.isEmpty() && newest.isPresent()) {
            file = newest.get();
            results = JSON.readValue(file.toFile(), Results.class);
            results.forget(label -> wanted.test(label.replaceFirst(", (SSE|snapshots)", "")));
            results.repeated().add(only + ": " + machine.date() + ", commit " + machine.commit() + ", " + rounds);
        }
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly)));
        Progress progress = new Progress();
        LoadProcess load = new LoadProcess();
        try {
            Plan plan = new Plan();
            if (quick) {
                planQuick(plan, results, progress, load);
            } else {
                planFull(plan, results, progress, load, rounds, wanted);
            }
            Path target = file;
            Results all = results;
            plan.run(progress, results.leftOut(), () -> JSON.writeValue(target.toFile(), all));
        } finally {
            load.close();
        }
        if (!quick) {
            results.sort(order());
            JSON.writeValue(file.toFile(), results);
        }
        new Report(results, FOLDER).write();
        progress.say("wrote benchmarks/REPORT.md and " + file);
    }

    private static void planQuick(Plan plan, Results results, Progress progress, LoadProcess load) throws IOException {
        Sitting sitting = new Sitting(results, progress, load, 5, 1.2);
        for (Contender contender : contenders(QUICK, true, results.leftOut(), name -> true)) {
            plan.add(contender.label(), 10, () -> sitting.quick(contender));
        }
        plan.add(IN_PROCESS, 15, new InProcessBenchmark(results, progress)::quick);
    }

    private static void planFull(
            Plan plan, Results results, Progress progress, LoadProcess load, int rounds, Predicate<String> wanted)
            throws IOException {
        List<String> leftOut = results.leftOut();
        Sitting sitting = new Sitting(results, progress, load, 3.5, 2);
        List<Contender> order = contenders(List.of(Peer.values()), false, leftOut, wanted);
        Floor floor = Floor.build(leftOut);
        if (!order.isEmpty()) {
            plan.add("the load client warms up", 6, () -> sitting.warmUp(order.get(0)));
        }
        Optional<Together> together =
                wanted.test(Together.NAME) ? Together.here(results, progress, load, 2, leftOut) : Optional.empty();
        for (int i = 1; i <= rounds; i++) {
            int round = i;
            String begin = "round " + round + " of " + rounds + ": ";
            for (Contender contender : List.copyOf(order)) {
                double seconds = sitting.secondsOf(contender, round == 1);
                plan.add(begin + contender.label(), seconds, () -> sitting.round(contender, round == 1));
            }
            Collections.reverse(order);
            if (wanted.test(FLOOR)) {
                plan.add(begin + FLOOR, 15, () -> Growth.floors(results, floor));
            }
            together.ifPresent(nats -> plan.add(begin + Together.NAME, nats.secondsOfARound(), nats::round));
        }
        if (wanted.test(IN_PROCESS)) {
            plan.add(IN_PROCESS, 90, new InProcessBenchmark(results, progress)::full);
        }
    }

    /** Returns those that can run here, built; the absent ones are named. In quick, only on the bench's own JDK. */
    private static List<Contender> contenders(
            List<Peer> peers, boolean quick, List<String> leftOut, Predicate<String> wanted) throws IOException {
        List<Contender> all = new ArrayList<>();
        for (Peer peer : peers) {
            for (Contender contender : quick ? List.of(new Contender(peer, Jdk.own())) : on(peer)) {
                if (!wanted.test(contender.label()) || Peer.FORMS.contains(peer)) {
                    continue;
                }
                contender.absent().ifPresentOrElse(why -> leftOut.add(contender.label() + ": " + why), () -> {
                    try {
                        contender.build();
                        all.add(contender);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        }
        if (!quick && !all.isEmpty()) {
            if (!Machine.mayOpen(Growth.MOST)) {
                leftOut.add("9,000 connections: a process may have too few files (ulimit -Hn says how many)");
            }
            Jdk.missing().forEach(version -> leftOut.add("JDK " + version + ": it is not here"));
        }
        return all;
    }

    /** Returns a peer on each JDK on which it is measured. */
    private static List<Contender> on(Peer peer) throws IOException {
        List<Jdk> jdks = !peer.isExact() || !peer.isJava() ? List.of(Jdk.own()) : Jdk.measured();
        return jdks.stream().map(jdk -> new Contender(peer, jdk)).toList();
    }

    /** Returns the labels of all servers, in the order of the report. */
    private static List<String> order() throws IOException {
        List<String> labels = new ArrayList<>();
        for (Peer peer : Peer.values()) {
            on(peer).forEach(contender -> labels.add(contender.label()));
        }
        return labels;
    }

    private static Optional<Path> newest() throws IOException {
        Files.createDirectories(RESULTS);
        try (Stream<Path> files = Files.list(RESULTS)) {
            return files.filter(file -> !file.toString().contains("-quick")).max(Comparator.naturalOrder());
        }
    }
}
