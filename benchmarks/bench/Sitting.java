package bench;

import bench.Results.Memory;
import bench.Results.Start;
import bench.Results.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The work of a contender in a round, over real TLS and HTTP/2.
 *
 * <p>Two processes: in the first, which has only just started, held memory is measured; the second lives through its
 * start, a thousand clients three times, a load that warms it up, and the rows. A server whose streams differ from the
 * kit's NDJSON is measured in the first two rows only; so are the kit's own other forms, on the kit's process.
 *
 * <p><b>Length:</b> each part of a round is a method.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Sitting {
    static final int WAVES = 3; // Of a thousand clients that reconnect: a JVM's TLS is slow until it is compiled.
    private static final int WAVE = 1_000;
    private static final int HELD = 2_000;

    private final Results results;
    private final Progress progress;
    private final LoadProcess load;
    private final double warmSeconds;
    private final double seconds;

    Sitting(Results results, Progress progress, LoadProcess load, double warmSeconds, double seconds) {
        this.results = results;
        this.progress = progress;
        this.load = load;
        this.warmSeconds = warmSeconds;
        this.seconds = seconds;
    }

    /** Runs a server that does not count, because the client's own TLS is slow at first. */
    void warmUp(Contender contender) throws IOException {
        try (Server server = new Server(contender)) {
            load.serve(server);
            load.open(500, 1, contender.peer().accept);
            load.post(16, warmSeconds, 0);
        }
    }

    /** Returns the approximate duration of a round: opening connections is most of it. */
    double secondsOf(Contender contender, boolean first) {
        Peer peer = contender.peer();
        double each = seconds * 4 / 3 + .5;
        double shaking = peer == Peer.KIT_BORINGSSL || peer.program.startsWith("peers.Vertx")
                ? 1.5e-3
                : peer.isJava() ? 2.5e-3 : 1e-3;
        double time = 2 + warmSeconds + 2 * each + (first && freezes(contender) ? 2 * each : 0);
        if (peer.isExact()) {
            time += (500 + HELD + 3 * WAVE + 2_000) * shaking + 3 * each + 6;
        }
        if (peer == Peer.KIT) {
            time += 6 * each + Growth.secondsOf(seconds);
        }
        return time;
    }

    /** Runs the first two rows, once. */
    void quick(Contender contender) throws IOException {
        try (Server server = new Server(contender)) {
            load.serve(server);
            rows(contender, server, List.of(Row.ONE, Row.SIXTEEN));
        }
    }

    void round(Contender contender, boolean first) throws IOException {
        boolean exact = contender.peer().isExact();
        if (exact) {
            memory(contender);
        }
        try (Server server = new Server(contender)) {
            start(contender, server);
            if (exact) {
                waves(contender, server);
            }
            rows(contender, server, rowsOf(contender));
            if (contender.peer() == Peer.KIT && contender.isOwn()) {
                for (Peer form : Peer.FORMS) {
                    load.closeStreams();
                    rows(new Contender(form, contender.jdk()), server, List.of(Row.ONE, Row.SIXTEEN));
                }
            }
            if (contender.peer() == Peer.KIT) {
                load.closeStreams();
                new Growth(results, progress, load, seconds).measure(contender, server);
            }
            if (first && freezes(contender)) {
                load.closeStreams();
                frozen(contender, server);
            }
        }
    }

    private static List<Row> rowsOf(Contender contender) {
        if (!contender.peer().isExact()) {
            return List.of(Row.ONE, Row.SIXTEEN);
        }
        return Stream.of(Row.values())
                .filter(row -> contender.peer() == Peer.KIT || !row.isOfTheKit())
                .toList();
    }

    /** Measures from the start of the process to the first answer of 200. */
    private void start(Contender contender, Server server) throws IOException {
        load.serve(server);
        load.open(1, 1, contender.peer().accept);
        double took = (System.nanoTime() - server.startedNanos) / 1e9;
        load.closeStreams();
        results.starts().add(new Start(contender.label(), took));
        progress.found(String.format(Locale.ROOT, "started within %.2f s", took));
    }

    private void waves(Contender contender, Server server) throws IOException {
        for (int wave = 1; wave <= WAVES; wave++) {
            Experiment.Run run = load.join(WAVE, contender.peer().accept);
            add(results.joins(), "wave " + wave, contender, WAVE, 1, 0, server, run);
            load.closeStreams();
        }
    }

    private void rows(Contender contender, Server server, List<Row> rows) throws IOException {
        Row before = null;
        for (Row row : rows) {
            if (before == null || !row.follows(before)) {
                load.closeStreams();
                open(row, contender.peer().accept);
            }
            if (before == null) {
                load.post(16, warmSeconds, 0);
            }
            load.post(Math.max(1, row.inFlight), seconds / 3, 0); // Warm in this way of posting too.
            double measured = row.seconds(seconds);
            Experiment.Run run =
                    row.perSecond > 0 ? load.rate(row.perSecond, measured) : load.post(row.inFlight, measured, 0);
            add(results.wire(), row.name(), contender, row.connections, row.streams, 0, server, run);
            before = row;
        }
    }

    private void open(Row row, String accept) throws IOException {
        if (row.inTurns()) {
            load.openInTurns(row.connections, row.streams, accept);
        } else {
            load.open(row.connections, row.streams, accept);
        }
    }

    private static boolean freezes(Contender contender) {
        return contender.isOwn() && contender.peer() != Peer.NAIVE;
    }

    /** Stops one connection in twenty from reading. */
    private void frozen(Contender contender, Server server) throws IOException {
        load.open(100, 1, contender.peer().accept);
        for (int inFlight : new int[] {16, 1}) {
            Experiment.Run run = load.post(inFlight, seconds, 5);
            add(results.frozen(), "stopped", contender, 100, 1, 5, server, run);
        }
    }

    private void memory(Contender contender) throws IOException {
        try (Server server = new Server(contender)) {
            String accept = contender.peer().accept;
            load.serve(server);
            load.open(500, 1, accept); // Classes are loaded, and buffers are created.
            load.closeStreams();
            server.collect();
            long resident = server.residentBytes();
            long heap = server.heapBytes();
            load.open(HELD, 1, accept);
            server.collect();
            double perConnection = (server.residentBytes() - resident) / (double) HELD;
            double heapPerConnection = (server.heapBytes() - heap) / (double) HELD;
            load.closeStreams();
            load.open(20, 1, accept);
            heap = server.heapBytes();
            load.closeStreams();
            load.open(20, 100, accept);
            double perStream = (server.heapBytes() - heap) / (20 * 99.0);
            results.memory().add(new Memory(contender.label(), perConnection, heapPerConnection, perStream));
            progress.found(String.format(Locale.ROOT, "%.1f kB for each held connection", perConnection / 1e3));
        }
    }

    private void add(
            List<Wire> into,
            String row,
            Contender contender,
            int connections,
            int streams,
            int frozen,
            Server server,
            Experiment.Run run)
            throws IOException {
        Wire wire = new Wire(contender.label(), row, connections, streams, frozen, server.residentBytes(), run);
        into.add(wire);
        progress.found(wire);
    }
}
