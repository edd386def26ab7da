package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which types of a package need each other, directly or through others, by the compiled classes; a nested type counts as its
 * outer type. A group that grows, or a new one, is red here: cut it, or say below why it is one.
 */
class CyclesTest {
    private static final Pattern ARROW = Pattern.compile("(?m)^\\s+(\\S+)\\s+-> (\\S+)");

    private static final Map<String, List<String>> CYCLES = Map.of(
            "push",
            List.of(),
            "push.http",
            List.of(
                    // A Problem is sent as a Reply, a Reply waits at its ClientConnection, and that refuses by a
                    // Problem. The others refuse requests, or cut responses.
                    "Accept ClientConnection DataFrames ExchangeSink FieldBlock FrameGate Http1Body Http1Gate Http1Head"
                            + " Http1Lines Http1Watch Limits MediaType Nameless Outbox Problem PushChannel Reply RequestBody"
                            + " RequestTarget"),
            "push.nats",
            List.of(
                    // The publisher owns the counts and the follower, which gives it the messages that have come.
                    "Follower NatsMetrics NatsPublisher"),
            "suite",
            List.of(
                    // Servers to judge, of three kinds, and what a check says that cannot judge one of them.
                    "AtUrl JudgedServer Launch Lifecycle Memory StartedByCommand",
                    // A recorder starts its reader, which tells it what comes.
                    "HttpReader Recorder",
                    // A form of stream and its records, of which each is read by its form.
                    "JsonLines Ndjson Records Snapshots Sse WireRecord",
                    // The places at which threads can be held, and the schedule that holds them.
                    "PausePoints Schedule",
                    // A client, its thread that reads, and its socket.
                    "RawClient RawReader TlsSocket"),
            "coach",
            List.of(
                    // Commands that start the coach again, in other JVMs.
                    "Bench Coach InOtherJvm LearnTimes Matrix MutantServer Mutants",
                    // The learner's JVM, and the tests that it runs side by side.
                    "LearnerHost SideBySide"),
            "bench",
            List.of(
                    // The parts of the bench, and the results that each fills and writes its part of the report from.
                    "Bench Floor Growth InProcessBenchmark Plan Progress Report Results Sitting Summary Tables Together",
                    // A load, its clients, and what each reads.
                    "Http2Client Load Reading"));

    @ParameterizedTest
    @CsvSource({
        "push, push.MessageLog",
        "push.http, push.http.PushHandler",
        "push.nats, push.nats.NatsBroker",
        "suite, suite.Main",
        "coach, coach.Coach",
        "bench, bench.Bench"
    })
    void typesFormTheCyclesThatHaveAReasonAndNoOther(String name, String one) throws Exception {
        var uses = uses(name, Class.forName(one));
        var reached = new TreeMap<String, Set<String>>();
        uses.keySet().forEach(type -> reached.put(type, reached(type, uses)));

        var cycles = new TreeSet<String>();
        for (var type : uses.keySet()) {
            if (reached.get(type).contains(type)) {
                cycles.add(reached.get(type).stream()
                        .filter(other -> reached.getOrDefault(other, Set.of()).contains(type))
                        .sorted()
                        .collect(Collectors.joining(" ")));
            }
        }

        assertEquals(CYCLES.get(name), List.copyOf(cycles));
    }

    private static Set<String> reached(String type, Map<String, Set<String>> uses) {
        var reached = new TreeSet<String>();
        var left = new ArrayDeque<>(uses.get(type));
        while (!left.isEmpty()) {
            var next = left.remove();
            if (reached.add(next)) {
                left.addAll(uses.getOrDefault(next, Set.of()));
            }
        }
        return reached;
    }

    /** Which types of the package each of them uses, as jdeps of the JDK says. */
    private static Map<String, Set<String>> uses(String name, Class<?> one) throws Exception {
        var classes =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        var out = new StringWriter();
        var jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
        int exit = jdeps.run(
                new PrintWriter(out),
                new PrintWriter(out),
                "--multi-release",
                "base",
                "-verbose:class",
                "-filter:none",
                "--ignore-missing-deps",
                classes.toString());
        assertEquals(0, exit, out.toString());
        var uses = new TreeMap<String, Set<String>>();
        var inPackage = Pattern.compile(Pattern.quote(name) + "\\.([A-Z]\\w*)(\\$.*)?");
        var arrow = ARROW.matcher(out.toString());
        while (arrow.find()) {
            var from = inPackage.matcher(arrow.group(1));
            var to = inPackage.matcher(arrow.group(2));
            if (from.matches() && to.matches() && !from.group(1).equals(to.group(1))) {
                uses.computeIfAbsent(from.group(1), type -> new TreeSet<>()).add(to.group(1));
            }
        }
        return uses;
    }
}
