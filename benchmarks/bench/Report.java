package bench;

import bench.Results.InProcess;
import bench.Results.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Writes the results for people: a page of Markdown and its charts.
 *
 * <p><b>Length:</b> a method for each section of the page, in the page's order.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Report {
    private final Results results;
    private final Path folder;
    private final Page page;

    Report(Results results, Path folder) {
        this.results = results;
        this.folder = folder;
        this.page = new Page(folder);
    }

    void write() throws IOException {
        head();
        if (!results.quick()) {
            page.put("## In one table\n");
            page.put("Medians. Where the kit stands is said of its best figure; a difference below 15 %% is a tie.\n");
            new Summary(results).write(page);
        }
        peers();
        Growth.write(page, results);
        Tables.joins(page, results.joins());
        Tables.starts(page, results.starts());
        Tables.memory(page, results.memory());
        Together.write(page, results);
        frozen();
        inProcess("encode", "Encoding a message, in process", "once per stream or once per message", results.encode());
        inProcess(
                "fan-out",
                "From a burst to all streams drained, in process",
                "into sinks that swallow",
                results.fanOut());
        page.write();
        if (!results.quick()) {
            design();
        }
    }

    /** Writes the table in DESIGN.md, so that it always equals the report's. */
    private void design() throws IOException {
        Page table = new Page(folder);
        table.put(
                "Measured by `make bench` on %s, %s: %d processors (%s), %s. The"
                        + " [report](benchmarks/REPORT.md) has their spread.\n",
                results.date(),
                results.rounds() == 1 ? "one round" : "medians of " + results.rounds() + " rounds",
                results.processors(),
                results.processor(),
                results.machine());
        new Summary(results).write(table);
        table.writeInto(folder.resolveSibling("DESIGN.md"), "<!-- what make bench has measured -->", "<!-- end -->");
    }

    private void head() {
        page.put("# What a broadcast costs\n");
        page.put(
                "Written by `make bench%s`; the figures are in [results](results). Machine: %s, %d processors (%s),"
                        + " %.0f GB. The bench's JDK: %s.",
                results.quick() ? "-quick" : "",
                results.machine(),
                results.processors(),
                results.processor(),
                results.memoryBytes() / 1e9,
                results.jdk());
        page.put(
                "Flags of every JVM that serves: `%s`. Node: %s. Commit: %s. Date: %s. Load of the machine before the"
                        + " start: %s. Rounds: %d.\n",
                results.flags().isEmpty() ? "none" : results.flags(),
                results.node().isEmpty() ? "not here" : results.node(),
                results.commit(),
                results.date(),
                results.loadAverage(),
                results.rounds());
        if (!results.leftOut().isEmpty()) {
            page.put("Left out:\n");
            results.leftOut().stream().distinct().forEach(what -> page.put("- %s", what));
            page.put("");
        }
        if (!results.repeated().isEmpty()) {
            page.put("Measured again later than the rest, by pattern, with the number of rounds:\n");
            results.repeated().forEach(what -> page.put("- %s", what));
            page.put("");
        }
        page.put("""
            How to read it. A *delivery* is one message that has arrived at one stream for the first time: what was lapped,
            dropped or never came is not counted, and a snapshot that repeats a message counts it once. *In flight* 1: a
            message is posted when the one before has come to every stream, or when nothing has come for 10 ms. More: so many
            POSTs are unanswered at any time; a server that answers before it delivers may have more messages than that under
            way. CPU is what the server's own process has spent, its POSTs included; the client is another process. Times run
            from just before a POST is written to the message's arrival. A figure is the median of the rounds, in brackets
            the least and the greatest; every round starts each server from nothing, in the reverse order of the round before.
            Every server has one IO thread, except Go and Helidon, which need both cores. The servers and their reasons are in
            [peers](peers). Compare rows of one run, never two machines; treat differences below 15 %% as noise.
            """);
    }

    private void peers() throws IOException {
        if (results.wire().isEmpty()) {
            return;
        }
        page.put("## Over the wire: TLS and HTTP/2 on loopback\n");
        chart(
                "peers-cpu",
                Row.ONE,
                "Server CPU per delivery",
                "µs",
                w -> w.run().cpuMicros());
        chart("peers-rate", Row.SIXTEEN, "Deliveries per second", "deliveries per second", Wire::perSecond);
        page.rows(
                "latency",
                "From POST to arrival: median, 99 % and the worst, one in flight",
                "µs, logarithmic",
                rows(Row.ONE, rounds -> new double[] {
                    Tables.spread(rounds, w -> w.run().p50Micros()).median(),
                    Tables.spread(rounds, w -> w.run().p99Micros()).median(),
                    Tables.spread(rounds, w -> w.run().maxMicros()).most()
                }));
        for (Row row : Row.values()) {
            List<Wire> wires = of(row);
            if (!wires.isEmpty()) {
                page.put("### %s\n", row.title);
                Tables.wires(page, wires);
            }
        }
    }

    private void chart(String name, Row row, String what, String unit, ToDoubleFunction<Wire> value)
            throws IOException {
        String title = what + ", " + row.title;
        page.rows(name, title, unit, rows(row, rounds ->
                new double[] {Tables.spread(rounds, value).median()}));
    }

    private List<Chart.Row> rows(Row row, Function<List<Wire>, double[]> values) {
        List<Chart.Row> rows = new ArrayList<>();
        Tables.byPeer(of(row), Wire::peer)
                .forEach((peer, rounds) -> rows.add(new Chart.Row(peer, values.apply(rounds))));
        return rows;
    }

    private List<Wire> of(Row row) {
        return results.wire().stream()
                .filter(wire -> wire.row().equals(row.name()))
                .toList();
    }

    private void frozen() {
        if (results.frozen().isEmpty()) {
            return;
        }
        page.put("## One connection in twenty stops reading\n");
        page.put("100 connections of one stream. The times are those of the others, to be held against the rows above;"
                + " where more came than was posted, a queue was still being delivered that the load before had"
                + " left.\n");
        for (int inFlight : new int[] {16, 1}) {
            page.put("### %d in flight, one round\n", inFlight);
            Tables.wires(
                    page,
                    results.frozen().stream()
                            .filter(wire -> wire.run().inFlight() == inFlight)
                            .toList());
        }
    }

    private void inProcess(String name, String title, String how, List<InProcess> all) throws IOException {
        if (all.isEmpty()) {
            return;
        }
        page.put("## %s: %s\n", title, how);
        page.lines(
                name,
                title + ": µs for each delivery",
                "streams",
                all,
                r -> Page.words(r.way()) + ", bursts of " + r.burst(),
                InProcess::streams,
                InProcess::perDelivery);
        page.put(
                "| way | streams | burst | time for each delivery | bytes allocated for each |\n|---|--:|--:|--:|--:|");
        for (InProcess result : all) {
            page.put(
                    "| %s | %,d | %d | %,.1f ns | %,.1f |",
                    Page.words(result.way()),
                    result.streams(),
                    result.burst(),
                    result.perDelivery() * 1e3,
                    result.bytesPerDelivery());
        }
        page.put("");
    }
}
