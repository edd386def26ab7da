package bench;

import bench.Results.Memory;
import bench.Results.Wire;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The report's tables.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Tables {
    private Tables() {}

    static void wires(Page page, List<Wire> wires) {
        page.put("| server | streams | connections | stopped | in flight | deliveries/s | arrived | CPU for each |"
                + " median | 99 %% | worst | resident |");
        page.put("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        for (Wire wire : wires) {
            Experiment.Run run = wire.run();
            double arrived = 100.0
                    * run.delivered()
                    / Math.max(1, run.posted() * wire.streams() * (100 - wire.frozenPercent()) / 100);
            page.put(
                    "| %s | %,d | %,d | %d %% | %d | %,.0f | %s | %.2f µs | %,.0f µs | %,.0f µs | %,.0f µs | %,.0f MB"
                            + " |%s",
                    Page.label(wire.peer()),
                    wire.streams(),
                    wire.connections(),
                    wire.frozenPercent(),
                    run.inFlight(),
                    wire.perSecond(),
                    arrived > 110 ? "queued before" : String.format(Locale.ROOT, "%.1f %%", arrived),
                    run.cpuMicros(),
                    run.p50Micros(),
                    run.p99Micros(),
                    run.maxMicros(),
                    wire.residentBytes() / 1e6,
                    run.problem().isEmpty() ? "" : " " + run.problem());
        }
        page.put("");
    }

    static void joined(Page page, List<Results.Joined> orders) {
        if (orders.isEmpty()) {
            return;
        }
        page.put("## Streams that joined in turns\n");
        page.put("Behind a gateway, clients open streams on its connections in any order. One message is in flight; the"
                + " streams of a connection share its writes in both orders.\n");
        page.put("| joined | streams | connections | deliveries/s | CPU for each | 99 %% |\n|---|--:|--:|--:|--:|--:|");
        for (Results.Joined order : orders) {
            Wire wire = order.wire();
            page.put(
                    "| %s | %,d | %,d | %,.0f | %.2f µs | %,.0f µs |",
                    order.inTurns() ? "in turns" : "one connection after another",
                    wire.streams(),
                    wire.connections(),
                    wire.perSecond(),
                    wire.run().cpuMicros(),
                    wire.run().p99Micros());
        }
        page.put("");
    }

    static void joins(Page page, List<Wire> joins) {
        if (joins.isEmpty()) {
            return;
        }
        page.put("## A thousand clients come back together, again and again\n");
        page.put("Each connects, shakes hands in full, and resumes after the last message but twenty (or gets what that"
                + " server gives); it has joined when it has the newest message. The server has seen 200 before"
                + " the first thousand. What a JVM still compiles during that, it has compiled by the last.\n");
        page.put("| server | joined | first thousand within | median | CPU for each | last thousand within | median |"
                + " CPU for each |\n"
                + "|---|--:|--:|--:|--:|--:|--:|--:|");
        var waves = joins.stream()
                .collect(Collectors.groupingBy(
                        Wire::peer, LinkedHashMap::new, Collectors.mapping(Wire::run, Collectors.toList())));
        waves.forEach((peer, runs) -> {
            Experiment.Run first = runs.get(0);
            Experiment.Run last = runs.get(runs.size() - 1);
            page.put(
                    "| %s | %,d | %s | %s |",
                    Page.label(peer),
                    runs.stream().mapToLong(Experiment.Run::delivered).sum(),
                    wave(first),
                    runs.size() == WireBenchmark.WAVES ? wave(last) : "it ended when they left | |");
        });
        page.put("");
    }

    private static String wave(Experiment.Run run) {
        return String.format(
                Locale.ROOT, "%.2f s | %,.0f ms | %,.0f µs", run.seconds(), run.p50Micros() / 1e3, run.cpuMicros());
    }

    static void memory(Page page, List<Memory> memories) {
        if (memories.isEmpty()) {
            return;
        }
        page.put("## Memory for what is held\n");
        page.put("| server | resident for each held connection | heap of that | heap for each further stream on it |\n"
                + "|---|--:|--:|--:|");
        for (Memory memory : memories) {
            boolean heap = Peer.valueOf(memory.peer()).isJava();
            page.put(
                    "| %s | %.1f kB | %s | %s |",
                    Page.label(memory.peer()),
                    memory.residentPerConnection() / 1e3,
                    heap ? kilobytes(memory.heapPerConnection()) : "no JVM",
                    heap ? kilobytes(memory.heapPerFurtherStream()) : "no JVM");
        }
        page.put("");
    }

    private static String kilobytes(double bytes) {
        return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
    }
}
