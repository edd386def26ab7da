package bench;

import bench.Results.Memory;
import bench.Results.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * Fan-out over real TLS and HTTP/2: what arrives, when, and what the server's process spends on it.
 *
 * <p>Each server is started again for each shape, and is warmed up with sixteen messages in flight before anything is measured; what it
 * holds, and how clients join, is measured on servers that are only just started.
 *
 * <p>Measured (2 processors of an AMD EPYC, JDK 17, 21 November 2026), for each delivery to 100 connections of one stream, one
 * message in flight, as NDJSON: 14.5 µs of the server's CPU; with sixteen 1.1 µs. All else is in REPORT.md.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class WireBenchmark {
    /** So many connections, so many streams on each. */
    record Shape(int connections, int streams) {}

    private static final List<Shape> SHAPES = List.of(new Shape(100, 1), new Shape(20, 100), new Shape(2_000, 1));
    private static final List<Shape> SCALE =
            List.of(new Shape(10, 1), new Shape(100, 1), new Shape(100, 10), new Shape(100, 100));

    static final int WAVES = 5; // Of clients that come back: the JDK's TLS is slow until it is compiled.

    private final Results results;
    private final Progress progress;
    private final double warmSeconds;
    private final double seconds;

    WireBenchmark(Results results, Progress progress, double warmSeconds, double seconds) {
        this.results = results;
        this.progress = progress;
        this.warmSeconds = warmSeconds;
        this.seconds = seconds;
    }

    /** Every peer under 100 streams only. */
    void quick(List<Peer> peers) throws IOException {
        for (Peer peer : peers) {
            measure(peer, SHAPES.get(0), List.of(16, 1), results.wire(), 0);
        }
    }

    void full(List<Peer> peers) throws IOException {
        for (Peer peer : peers) {
            for (Shape shape : SHAPES) {
                measure(peer, shape, List.of(16, 1), results.wire(), 5);
            }
        }
        for (Peer peer : List.of(Peer.KIT_NDJSON, Peer.NAIVE)) {
            for (Shape shape : SCALE) {
                if (peers.contains(peer)) {
                    measure(peer, shape, List.of(1), results.scaling(), 0);
                }
            }
        }
        joined(Peer.KIT_NDJSON, new Shape(20, 50));
        for (Peer peer : peers) {
            join(peer);
            memory(peer, 2_000);
        }
    }

    /** All clients read; then, if that is not 0, the same once more when some percent of the connections have stopped reading. */
    private void measure(Peer peer, Shape shape, List<Integer> inFlight, List<Wire> into, int thenStopped)
            throws IOException {
        progress.say(peer.label + ", " + shape.streams * shape.connections + " streams on " + shape.connections);
        try (Server server = new Server(peer);
                LoadProcess load = new LoadProcess(server)) {
            load.open(shape.connections, shape.streams, peer.accept);
            load.post(16, warmSeconds, 0);
            int at = into.size();
            for (int messages : inFlight) {
                load.post(messages, seconds / 3, 0); // Warm in this way of posting too.
                into.add(at, wire(peer, shape, 0, server, load.post(messages, seconds, 0))); // The last comes first.
            }
            for (int messages : thenStopped == 0 ? List.<Integer>of() : inFlight) {
                Experiment.Run run = load.post(messages, seconds, thenStopped);
                results.frozen().add(wire(peer, shape, thenStopped, server, run));
            }
        }
    }

    /** Streams that were opened one connection after another, and on all connections in turn: does it cost the same? */
    private void joined(Peer peer, Shape shape) throws IOException {
        for (boolean inTurns : new boolean[] {false, true}) {
            progress.say(peer.label + ", streams joined " + (inTurns ? "in turns" : "in a row"));
            try (Server server = new Server(peer);
                    LoadProcess load = new LoadProcess(server)) {
                if (inTurns) {
                    load.openInTurns(shape.connections, shape.streams, peer.accept);
                } else {
                    load.open(shape.connections, shape.streams, peer.accept);
                }
                load.post(1, warmSeconds, 0);
                Wire wire = wire(peer, shape, 0, server, load.post(1, seconds, 0));
                results.joined().add(new Results.Joined(inTurns, wire));
            }
        }
    }

    private void join(Peer peer) throws IOException {
        progress.say(peer.label + ", 1,000 clients join together, " + WAVES + " times");
        try (Server server = new Server(peer);
                LoadProcess load = new LoadProcess(server)) {
            Shape shape = new Shape(1_000, 1);
            load.join(200, peer.accept);
            for (int wave = 0; wave < WAVES; wave++) {
                load.closeStreams();
                results.joins().add(wire(peer, shape, 0, server, load.join(shape.connections, peer.accept)));
            }
        } catch (IOException e) {
            boolean joined =
                    results.joins().stream().anyMatch(wave -> wave.peer().equals(peer.name()));
            if (!joined) {
                throw e;
            }
            progress.found("and then it has ended, when a thousand clients left"); // As the naive server may.
        }
    }

    private void memory(Peer peer, int connections) throws IOException {
        progress.say(peer.label + ", memory for " + connections + " held connections");
        try (Server server = new Server(peer);
                LoadProcess load = new LoadProcess(server)) {
            load.open(20, 1, peer.accept); // Classes are loaded, buffers are made.
            load.closeStreams();
            long resident = server.residentBytes();
            long heap = server.heapBytes();
            load.open(connections, 1, peer.accept);
            double perConnection = (server.residentBytes() - resident) / (double) connections;
            double heapPerConnection = (server.heapBytes() - heap) / (double) connections;
            load.closeStreams();
            load.open(20, 1, peer.accept);
            heap = server.heapBytes();
            load.closeStreams();
            load.open(20, 100, peer.accept);
            double perStream = (server.heapBytes() - heap) / (20 * 99.0);
            results.memory().add(new Memory(peer.name(), perConnection, heapPerConnection, perStream));
        }
    }

    private Wire wire(Peer peer, Shape shape, int frozenPercent, Server server, Experiment.Run run) throws IOException {
        Wire wire = new Wire(peer.name(), shape.connections, shape.streams, frozenPercent, server.residentBytes(), run);
        progress.found(String.format(
                Locale.ROOT,
                "%d in flight%s: %,.0f deliveries/s, %.2f µs of CPU each, p50 %,.0f µs, p99 %,.0f µs%s",
                run.inFlight(),
                frozenPercent == 0 ? "" : ", " + frozenPercent + " % stopped",
                wire.perSecond(),
                run.cpuMicros(),
                run.p50Micros(),
                run.p99Micros(),
                run.problem().isEmpty() ? "" : " (" + run.problem() + ")"));
        return wire;
    }
}
