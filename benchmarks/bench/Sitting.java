package bench;

import bench.Results.Memory;
import bench.Results.Start;
import bench.Results.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * All contenders over real TLS and HTTP/2, in rounds: each round starts every server from nothing, every second round in the reverse
 * order, so that what else the machine does falls on all alike. The report gives medians over the rounds, and their spread.
 *
 * <p>A server's process lives through its round: its start, a thousand clients three times, a load that warms it up, then the rows.
 * Held memory is measured on a process of its own, that has only just started.
 *
 * <p><b>Length:</b> each row of the report is a method, in the order of the report.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Sitting {
    static final int WAVES = 3; // Of a thousand clients that come back: a JVM's TLS is slow until it is compiled.
    private static final int WAVE = 1_000;

    private final Results results;
    private final Progress progress;
    private final double warmSeconds;
    private final double seconds;

    Sitting(Results results, Progress progress, double warmSeconds, double seconds) {
        this.results = results;
        this.progress = progress;
        this.warmSeconds = warmSeconds;
        this.seconds = seconds;
    }

    /** The first two rows, once. */
    void quick(List<Contender> contenders) throws IOException {
        for (Contender contender : contenders) {
            progress.say(contender.label());
            try (Server server = new Server(contender);
                    LoadProcess load = new LoadProcess(server)) {
                rows(contender, server, load, List.of(Row.SIXTEEN, Row.ONE));
            }
        }
    }

    void full(List<Contender> contenders, int rounds) throws IOException {
        List<Contender> order = new ArrayList<>(contenders);
        start(order.get(0), false); // The client's own TLS is slow the first time.
        for (int round = 1; round <= rounds; round++) {
            for (Contender contender : order) {
                progress.say("round " + round + " of " + rounds + ": " + contender.label());
                start(contender, true);
                round(contender, round == 1);
                memory(contender);
            }
            Collections.reverse(order);
        }
    }

    private void round(Contender contender, boolean first) throws IOException {
        try (Server server = new Server(contender);
                LoadProcess load = new LoadProcess(server)) {
            if (waves(contender, server, load)) {
                rows(contender, server, load, rowsOf(contender));
            }
        }
        if (first) {
            frozen(contender);
        }
    }

    private static List<Row> rowsOf(Contender contender) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Row row : contender.peer().isExact() ? List.of(Row.values()) : List.of(Row.SIXTEEN, Row.ONE)) {
            if (Machine.mayOpen(row.connections)) {
                rows.add(row);
            }
        }
        return rows;
    }

    /** From the start of the process to the first answer of 200. */
    private void start(Contender contender, boolean counts) throws IOException {
        try (Server server = new Server(contender);
                Load load = new Load(server.port, server.takesRecords())) {
            load.open(1, 1, contender.peer().accept);
            double took = (System.nanoTime() - server.startedNanos) / 1e9;
            if (counts) {
                results.starts().add(new Start(contender.label(), took));
                progress.found(String.format(Locale.ROOT, "started within %.2f s", took));
            }
        }
    }

    /** False if the server has ended. */
    private boolean waves(Contender contender, Server server, LoadProcess load) throws IOException {
        try {
            for (int wave = 1; wave <= WAVES; wave++) {
                Experiment.Run run = load.join(WAVE, contender.peer().accept);
                results.joins().add(wire("wave " + wave, contender, WAVE, 1, 0, server, run));
                load.closeStreams();
            }
            return true;
        } catch (IOException e) {
            mayEnd(contender, e);
            return false;
        }
    }

    private void rows(Contender contender, Server server, LoadProcess load, List<Row> rows) throws IOException {
        Row open = null;
        for (Row row : rows) {
            if (open == null
                    || open.connections != row.connections
                    || open.streams != row.streams
                    || row.inTurns != open.inTurns) {
                load.closeStreams();
                open(load, row, contender.peer().accept);
                if (open == null) {
                    load.post(16, warmSeconds, 0);
                }
                open = row;
            }
            run(load, row, seconds / 3); // Warm in this way of posting too.
            results.wire()
                    .add(wire(row.name(), contender, row.connections, row.streams, 0, server, run(load, row, seconds)));
        }
    }

    private static void open(LoadProcess load, Row row, String accept) throws IOException {
        if (row.inTurns) {
            load.openInTurns(row.connections, row.streams, accept);
        } else {
            load.open(row.connections, row.streams, accept);
        }
    }

    private static Experiment.Run run(LoadProcess load, Row row, double seconds) throws IOException {
        return row.perSecond > 0 ? load.rate(row.perSecond, seconds) : load.post(row.inFlight, seconds, 0);
    }

    /** One connection in twenty stops reading. */
    private void frozen(Contender contender) throws IOException {
        try (Server server = new Server(contender);
                LoadProcess load = new LoadProcess(server)) {
            load.open(100, 1, contender.peer().accept);
            load.post(16, warmSeconds, 0);
            for (int inFlight : new int[] {16, 1}) {
                Experiment.Run run = load.post(inFlight, seconds, 5);
                results.frozen().add(wire("stopped", contender, 100, 1, 5, server, run));
            }
        }
    }

    private void memory(Contender contender) throws IOException {
        try (Server server = new Server(contender);
                LoadProcess load = new LoadProcess(server)) {
            String accept = contender.peer().accept;
            int connections = 2_000;
            load.open(500, 1, accept); // Classes are loaded, buffers are made.
            load.closeStreams();
            long resident = server.residentBytes();
            long heap = server.heapBytes();
            load.open(connections, 1, accept);
            double perConnection = (server.residentBytes() - resident) / (double) connections;
            double heapPerConnection = (server.heapBytes() - heap) / (double) connections;
            load.closeStreams();
            load.open(20, 1, accept);
            heap = server.heapBytes();
            load.closeStreams();
            load.open(20, 100, accept);
            double perStream = (server.heapBytes() - heap) / (20 * 99.0);
            results.memory().add(new Memory(contender.label(), perConnection, heapPerConnection, perStream));
            progress.found(String.format(Locale.ROOT, "%.1f kB for each held connection", perConnection / 1e3));
        } catch (IOException e) {
            mayEnd(contender, e);
        }
    }

    /** The naive server may end when its clients leave; no other does. */
    private void mayEnd(Contender contender, IOException failure) throws IOException {
        if (contender.peer() != Peer.NAIVE) {
            throw failure;
        }
        progress.found("has ended, when its clients left");
    }

    private Wire wire(
            String row,
            Contender contender,
            int connections,
            int streams,
            int frozen,
            Server server,
            Experiment.Run run)
            throws IOException {
        Wire wire = new Wire(contender.label(), row, connections, streams, frozen, server.residentBytes(), run);
        progress.found(wire);
        return wire;
    }
}
