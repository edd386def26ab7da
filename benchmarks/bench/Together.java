package bench;

import bench.Results.Follow;
import bench.Results.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The kit in memory, behind one NATS server and behind three: the time of a message from its POST to a stream, the
 * deliveries per second with one server and with two, and the cost of the second.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Together {
    static final String NAME = "NATS";
    private static final Row BURST = Row.SIXTEEN;
    private static final String ARRIVAL = "ARRIVAL";

    private final Results results;
    private final Progress progress;
    private final LoadProcess load;
    private final String nats;
    private final double seconds;
    private final Contender kit = new Contender(Peer.KIT, Jdk.own());

    Together(Results results, Progress progress, LoadProcess load, String nats, double seconds) {
        this.results = results;
        this.progress = progress;
        this.load = load;
        this.nats = nats;
        this.seconds = seconds;
    }

    /** Returns the measurement, or empty, with the reason added to the omissions, if there is no NATS server. */
    static Optional<Together> here(
            Results results, Progress progress, LoadProcess load, double seconds, List<String> leftOut)
            throws IOException {
        String all = Server.run(List.of("sh", "src/build/nats.sh")).strip();
        String said = all.substring(all.lastIndexOf('\n') + 1); // Before the path it may say what it fetches.
        if (Files.isExecutable(Path.of(said))) {
            return Optional.of(new Together(results, progress, load, said, seconds));
        }
        leftOut.add(NAME + ": " + said);
        return Optional.empty();
    }

    double secondsOfARound() {
        return 3 * (3 + 6 * seconds) + 2 * (4 + 4 * seconds);
    }

    void round() throws IOException {
        try (Server server = new Server(kit)) {
            one("in memory", server);
        }
        behind(1, "one NATS server");
        behind(3, "three NATS servers");
    }

    private void behind(int replicas, String name) throws IOException {
        try (NatsServers servers = new NatsServers(nats, replicas)) {
            Map<String, String> settings =
                    Map.of("PUSH_NATS_URL", servers.urls(), "PUSH_NATS_REPLICAS", Integer.toString(replicas));
            try (Server first = new Server(kit, settings)) {
                one(name, first);
                try (Server second = new Server(kit, settings)) {
                    two(name + ", two of ours", servers, second);
                }
            }
        }
    }

    private void one(String name, Server server) throws IOException {
        load.serve(server);
        awaitReady();
        load.post(1, seconds, 0);
        add(name, ARRIVAL, 1, server, load.post(1, seconds, 0));
        load.closeStreams();
        load.open(BURST.connections, 1, kit.peer().accept);
        load.post(BURST.inFlight, 2 * seconds, 0);
        add(name, BURST.name(), BURST.connections, server, load.post(BURST.inFlight, seconds, 0));
    }

    /** Opens a stream as soon as messages come: JetStream has to choose its leaders first. */
    private void awaitReady() throws IOException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (true) {
            try {
                load.open(1, 1, kit.peer().accept);
                if (load.post(1, seconds / 3, 0).delivered() > 0) {
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("nothing is delivered within 60 s");
            }
            load.closeStreams();
        }
    }

    /** Measures two servers. The streams are still on the first: the second follows, and then takes half of them. */
    private void two(String name, NatsServers servers, Server second) throws IOException {
        load.post(BURST.inFlight, seconds, 0); // It starts, and catches up.
        double cpu = second.cpuMicros();
        double ofNats = servers.cpuMicros();
        Experiment.Run run = load.post(BURST.inFlight, seconds, 0);
        long posted = Math.max(1, run.posted());
        Follow follow = new Follow(
                name,
                (second.cpuMicros() - cpu) / posted,
                (servers.cpuMicros() - ofNats) / posted,
                second.residentBytes());
        results.follows().add(follow);
        progress.found(
                String.format(Locale.ROOT, "%s: the second spends %.1f µs of CPU a message", name, follow.cpuMicros()));
        load.closeStreams();
        load.open(BURST.connections / 2, 1, kit.peer().accept);
        load.also(second);
        load.open(BURST.connections / 2, 1, kit.peer().accept);
        load.post(BURST.inFlight, seconds, 0);
        add(name, BURST.name(), BURST.connections, second, load.post(BURST.inFlight, seconds, 0));
    }

    private void add(String name, String row, int connections, Server server, Experiment.Run run) throws IOException {
        Wire wire = new Wire(name, row, connections, 1, 0, server.residentBytes(), run);
        results.together().add(wire);
        progress.say(name);
        progress.found(wire);
    }

    static void write(Page page, Results results) {
        if (results.together().isEmpty()) {
            return;
        }
        page.put("## Several servers behind NATS\n");
        page.put("The kit on the bench's own JDK, with its log in memory alone, or shared through JetStream on disk,"
                + " whose servers run on the same processors as everything else. With two servers each has half of"
                + " the streams, all messages are posted to the first, and the CPU is that of both.\n");
        page.put(
                "| | POST to arrival at one stream, median, ms | 99 %%, ms | %s: deliveries/s, thousands | arrived |"
                        + " CPU for each, µs | 99 %%, ms |\n"
                        + "|---|--:|--:|--:|--:|--:|--:|",
                BURST.title);
        Tables.byPeer(results.together(), Wire::peer).forEach((peer, wires) -> {
            List<Wire> alone = ofRow(wires, ARRIVAL);
            List<Wire> burst = ofRow(wires, BURST.name());
            page.put(
                    "| %s | %s | %s | %s | %s | %s | %s |",
                    peer,
                    alone.isEmpty()
                            ? ""
                            : Tables.spread(alone, w -> w.run().p50Micros()).text("%.2f", 1e3),
                    alone.isEmpty()
                            ? ""
                            : Tables.spread(alone, w -> w.run().p99Micros()).text("%.1f", 1e3),
                    Tables.spread(burst, Wire::perSecond).text("%,.0f", 1e3),
                    Tables.arrived(burst),
                    Tables.spread(burst, w -> w.run().cpuMicros()).text("%.2f", 1),
                    Tables.spread(burst, w -> w.run().p99Micros()).text("%.1f", 1e3));
        });
        page.put("\nA second server follows all messages, with or without clients. Before it has any it costs:\n");
        page.put("| | its CPU for each message, µs | that of NATS, all of it, µs | its resident memory, MB |\n"
                + "|---|--:|--:|--:|");
        Tables.byPeer(results.follows(), Follow::peer)
                .forEach((peer, rounds) -> page.put(
                        "| %s | %s | %s | %s |",
                        peer,
                        Tables.spread(rounds, Follow::cpuMicros).text("%.1f", 1),
                        Tables.spread(rounds, Follow::natsMicros).text("%.1f", 1),
                        Tables.spread(rounds, Follow::residentBytes).text("%.0f", 1e6)));
        page.put("");
    }

    private static List<Wire> ofRow(List<Wire> wires, String row) {
        return wires.stream().filter(wire -> wire.row().equals(row)).toList();
    }
}
