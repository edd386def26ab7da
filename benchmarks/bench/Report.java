package bench;

import bench.Results.InProcess;
import bench.Results.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes what was found for people: a page of Markdown and its charts.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Report {
    private final Results results;
    private final Page page;

    Report(Results results, Path folder) {
        this.results = results;
        this.page = new Page(folder);
    }

    void write() throws IOException {
        head();
        peers();
        scaling();
        Tables.joined(page, results.joined());
        frozen();
        Tables.joins(page, results.joins());
        Tables.memory(page, results.memory());
        inProcess("encode", "Encoding a message, in process", "once per stream or once per message", results.encode());
        inProcess(
                "fan-out",
                "From a burst to all streams drained, in process",
                "into sinks that swallow",
                results.fanOut());
        page.write();
    }

    private void head() {
        page.put("# What a broadcast costs\n");
        page.put(
                "Written by `make bench%s`; the figures are in [results](results). Machine: %s, %d processors (%s),"
                        + " %.0f GB. JDK: %s.",
                results.quick() ? "-quick" : "",
                results.machine(),
                results.processors(),
                results.processor(),
                results.memoryBytes() / 1e9,
                results.jdk());
        page.put(
                "Flags of every JVM that serves: `%s`. Node: %s. Commit: %s. Date: %s. Load of the machine before the"
                        + " start: %s.\n",
                results.flags().isEmpty() ? "none" : results.flags(),
                results.node().isEmpty() ? "not here" : results.node(),
                results.commit(),
                results.date(),
                results.loadAverage());
        page.put("""
            How to read it. A *delivery* is one message that has arrived at one stream for the first time: what was lapped,
            dropped or never came is not counted, and a snapshot that repeats a message counts it once. *In flight* 1: a
            message is posted when the one before has come to every stream, or when nothing has come for 10 ms. More: so many
            POSTs are unanswered at any time; a server that answers before it delivers may have more messages than that under
            way. CPU is what the server's own process has spent, its POSTs included; the client is another process. Times run
            from just before a POST is written to the message's arrival. Every server has one IO thread. Where
            messages are counted it has served for 12 s with 16 in flight and 1 s in the way that is measured (quick: 6 and
            0.4), after which a JVM still gets faster. Compare rows of one run, never two machines.
            """);
    }

    private void peers() throws IOException {
        if (results.wire().isEmpty()) {
            return;
        }
        page.put("## Over the wire: TLS and HTTP/2 on loopback\n");
        List<Wire> one = results.wire().stream()
                .filter(w -> w.streams() == 100 && w.run().inFlight() == 1)
                .toList();
        List<Wire> sixteen = results.wire().stream()
                .filter(w -> w.streams() == 100 && w.run().inFlight() == 16)
                .toList();
        page.rows("peers-cpu", "Server CPU per delivery, 100 connections, one message in flight", "µs", one, w ->
                new double[] {w.run().cpuMicros()});
        page.rows(
                "peers-rate",
                "Deliveries per second, 100 connections, sixteen in flight",
                "deliveries per second",
                sixteen,
                w -> new double[] {w.perSecond()});
        page.rows(
                "latency",
                "From POST to arrival: median, 99 % and the worst, one in flight",
                "µs, logarithmic",
                one,
                w -> new double[] {
                    w.run().p50Micros(), w.run().p99Micros(), w.run().maxMicros()
                });
        Tables.wires(page, results.wire());
    }

    private void scaling() throws IOException {
        if (results.scaling().isEmpty()) {
            return;
        }
        page.put("## Cost against the number of streams\n");
        page.lines(
                "cost",
                "Server CPU per delivery, one message in flight, µs",
                results.scaling(),
                Wire::peer,
                Wire::streams,
                w -> w.run().cpuMicros());
        Tables.wires(page, results.scaling());
    }

    private void frozen() {
        if (results.frozen().isEmpty()) {
            return;
        }
        page.put("## One connection in twenty stops reading\n");
        page.put("On the servers of the first table, right after it: first sixteen in flight, then one. The times are"
                + " those of the others, to be held against the rows above; where more came than was posted, a"
                + " queue was still being delivered that the load before had left. Resident memory is the server's"
                + " at the end, history and heap included.\n");
        Tables.wires(page, results.frozen());
    }

    private void inProcess(String name, String title, String how, List<InProcess> all) throws IOException {
        if (all.isEmpty()) {
            return;
        }
        page.put("## %s: %s\n", title, how);
        page.lines(
                name,
                title + ": µs for each delivery",
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
