package bench;

import bench.Results.Memory;
import bench.Results.Start;
import bench.Results.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The report's tables: medians over the rounds, with their spread.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Tables {
    private Tables() {}

    /** Returns the rounds of each server, in the order of the first. */
    static <T> Map<String, List<T>> byPeer(List<T> all, Function<T, String> peer) {
        return all.stream().collect(Collectors.groupingBy(peer, LinkedHashMap::new, Collectors.toList()));
    }

    static <T> Spread spread(List<T> rounds, ToDoubleFunction<T> value) {
        return Spread.of(rounds.stream().map(value::applyAsDouble).toList());
    }

    static void wires(Page page, List<Wire> wires) {
        page.put("| server | deliveries/s, thousands | arrived | CPU for each, µs | median, ms | 99 %%, ms | worst, ms"
                + " | resident, MB |\n"
                + "|---|--:|--:|--:|--:|--:|--:|--:|");
        byPeer(wires, Wire::peer).forEach((peer, rounds) -> {
            List<Experiment.Run> runs = rounds.stream().map(Wire::run).toList();
            page.put(
                    "| %s | %s | %s | %s | %s | %s | %.1f | %.0f |%s",
                    peer,
                    spread(rounds, Wire::perSecond).text("%,.0f", 1e3),
                    arrived(rounds),
                    spread(runs, Experiment.Run::cpuMicros).text("%.2f", 1),
                    spread(runs, Experiment.Run::p50Micros).text("%.2f", 1e3),
                    spread(runs, Experiment.Run::p99Micros).text("%.1f", 1e3),
                    spread(runs, Experiment.Run::maxMicros).most() / 1e3,
                    spread(rounds, Wire::residentBytes).median() / 1e6,
                    runs.stream()
                            .map(Experiment.Run::problem)
                            .filter(problem -> !problem.isEmpty())
                            .findFirst()
                            .map(" "::concat)
                            .orElse(""));
        });
        page.put("");
    }

    static String arrived(List<Wire> rounds) {
        double part = spread(rounds, Tables::arrived).least();
        return part > 110 ? "queued before" : String.format(Locale.ROOT, "%.1f %%", part);
    }

    private static double arrived(Wire wire) {
        return 100.0
                * wire.run().delivered()
                / Math.max(1, wire.run().posted() * wire.streams() * (100 - wire.frozenPercent()) / 100);
    }

    static void joins(Page page, List<Wire> joins) {
        if (joins.isEmpty()) {
            return;
        }
        page.put("## A thousand clients join at the same time, three times\n");
        page.put("On a server that has only just started. Each client connects, shakes hands in full, and resumes after"
                + " the last message but twenty (or gets what that server gives); it has joined when it has the"
                + " newest message. What a JVM still compiles during the first thousand, it has compiled by the"
                + " third.\n");
        page.put("| server | first thousand: CPU for each, ms | within, s | second: CPU | third: CPU | within, s |\n"
                + "|---|--:|--:|--:|--:|--:|");
        byPeer(joins, Wire::peer).forEach((peer, all) -> {
            List<String> cells = new ArrayList<>();
            for (int wave = 1; wave <= Sitting.WAVES; wave++) {
                String row = "wave " + wave;
                List<Experiment.Run> runs = all.stream()
                        .filter(one -> one.row().equals(row))
                        .map(Wire::run)
                        .toList();
                if (runs.isEmpty()) {
                    cells.add("it ended when they left");
                    break;
                }
                cells.add(spread(runs, Experiment.Run::cpuMicros).text("%.1f", 1e3));
                if (wave != 2) {
                    cells.add(spread(runs, Experiment.Run::seconds).text("%.1f", 1));
                }
            }
            while (cells.size() < 5) {
                cells.add("");
            }
            page.put("| %s | %s |", peer, String.join(" | ", cells));
        });
        page.put("");
    }

    static void starts(Page page, List<Start> starts) {
        if (starts.isEmpty()) {
            return;
        }
        page.put("## From the start of the process to the first answer\n");
        page.put("From exec to the status 200 of a stream, over TLS.\n");
        page.put("| server | s |\n|---|--:|");
        byPeer(starts, Start::peer)
                .forEach((peer, rounds) -> page.put(
                        "| %s | %s |", peer, spread(rounds, Start::seconds).text("%.2f", 1)));
        page.put("");
    }

    static void memory(Page page, List<Memory> memories) {
        if (memories.isEmpty()) {
            return;
        }
        page.put("## Memory for what is held\n");
        page.put("2,000 idle connections of one stream, on a server that has just started and has seen 500.\n");
        page.put("| server | resident for each held connection, kB | heap of that | heap for each further stream on it"
                + " |\n"
                + "|---|--:|--:|--:|");
        byPeer(memories, Memory::peer).forEach((peer, rounds) -> {
            boolean heap = rounds.get(0).heapPerConnection() != 0;
            page.put(
                    "| %s | %s | %s | %s |",
                    peer,
                    spread(rounds, Memory::residentPerConnection).text("%.1f", 1e3),
                    heap ? spread(rounds, Memory::heapPerConnection).text("%.1f", 1e3) : "no JVM",
                    heap ? spread(rounds, Memory::heapPerFurtherStream).text("%.1f", 1e3) : "no JVM");
        });
        page.put("");
    }
}
