package bench;

import bench.Chart.Series;
import bench.Results.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The cost of a delivery as connections and streams grow, beside the floor at each point.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Growth {
    private static final int[] STREAMS = {1, 10, 100, 1_000}; // On each of 100 connections.
    /** Of one stream each; 100 is the first of those above. */
    private static final int[] CONNECTIONS = {10, 1_000, 3_000, 9_000};

    static final int MOST = CONNECTIONS[CONNECTIONS.length - 1];

    private final Results results;
    private final Progress progress;
    private final LoadProcess load;
    private final double seconds;

    Growth(Results results, Progress progress, LoadProcess load, double seconds) {
        this.results = results;
        this.progress = progress;
        this.load = load;
        this.seconds = seconds;
    }

    static double secondsOf(double seconds) {
        return (STREAMS.length + CONNECTIONS.length) * (seconds * 4 / 3 + .5) + MOST * 2.5e-3 + 6;
    }

    /** Measures a server that has been warmed up: open streams stay open, and more are added. */
    void measure(Contender contender, Server server) throws IOException {
        String accept = contender.peer().accept;
        load.open(100, 1, accept);
        int open = 1;
        for (int streams : STREAMS) {
            load.openMore(streams - open, accept);
            open = streams;
            point(contender, server, 100, streams);
        }
        load.closeStreams();
        open = 0;
        for (int connections : CONNECTIONS) {
            if (Machine.mayOpen(connections)) {
                load.open(connections - open, 1, accept);
                open = connections;
                point(contender, server, connections, 1);
            }
        }
    }

    private void point(Contender contender, Server server, int connections, int streams) throws IOException {
        load.post(1, seconds / 3, 0);
        Experiment.Run run = load.post(1, seconds, 0);
        Wire wire = new Wire(contender.label(), "growth", connections, streams, 0, server.residentBytes(), run);
        results.scaling().add(wire);
        progress.found(wire);
    }

    /** Measures the floor at all points. */
    static void floors(Results results, Floor floor) throws IOException {
        for (int streams : STREAMS) {
            floor.measure(100, streams).ifPresent(results.floors()::add);
        }
        for (int connections : CONNECTIONS) {
            if (Machine.mayOpen(connections)) {
                floor.measure(connections, 1).ifPresent(results.floors()::add);
            }
        }
    }

    /** Writes one series for each server, and the floor beside them. */
    static void write(Page page, Results results) throws IOException {
        if (results.scaling().isEmpty()) {
            return;
        }
        page.put("## As connections and streams grow\n");
        page.put("One message in flight. The floor is the CPU of one OpenSSL write that carries the message to all"
                + " streams of a connection, divided by them ([floor.c](floor.c)).\n");
        growth(page, results, "connections", "connections of one stream", true);
        growth(page, results, "streams", "streams on 100 connections", false);
        page.put("| server | connections | streams on each | CPU for each, µs | the floor, µs | times the floor | 99"
                + " %%, ms |\n"
                + "|---|--:|--:|--:|--:|--:|--:|");
        for (List<Wire> rounds : points(results.scaling())) {
            Wire wire = rounds.get(0);
            Spread cpu = Tables.spread(rounds, w -> w.run().cpuMicros());
            List<Results.Floor> floors = results.floors().stream()
                    .filter(f -> f.connections() == wire.connections() && f.streamsEach() == wire.streamsEach())
                    .toList();
            Spread floor = floors.isEmpty() ? null : Tables.spread(floors, Results.Floor::micros);
            page.put(
                    "| %s | %,d | %,d | %s | %s | %s |",
                    wire.peer(),
                    wire.connections(),
                    wire.streamsEach(),
                    cpu.text("%.2f", 1),
                    floor == null
                            ? "not measured | "
                            : floor.text("%.2f", 1)
                                    + String.format(Locale.ROOT, " | %.1f", cpu.median() / floor.median()),
                    Tables.spread(rounds, w -> w.run().p99Micros()).text("%.1f", 1e3));
        }
        page.put("");
    }

    /** Returns the rounds of each server at each point. */
    private static List<List<Wire>> points(List<Wire> all) {
        Map<List<Object>, List<Wire>> points = new LinkedHashMap<>();
        for (Wire wire : all) {
            points.computeIfAbsent(
                            List.of(wire.peer(), wire.streamsEach(), wire.connections()), key -> new ArrayList<>())
                    .add(wire);
        }
        return List.copyOf(points.values());
    }

    private static void growth(Page page, Results results, String what, String across, boolean ofOne)
            throws IOException {
        List<Wire> wires = results.scaling().stream()
                .filter(wire -> ofOne ? wire.streamsEach() == 1 : wire.connections() == 100)
                .toList();
        List<Series> cpu = new ArrayList<>(series(wires, w -> w.run().cpuMicros()));
        List<Results.Floor> floors = results.floors().stream()
                .filter(f -> ofOne ? f.streamsEach() == 1 : f.connections() == 100)
                .toList();
        if (!floors.isEmpty()) {
            cpu.add(new Series(
                    "the floor",
                    Tables.byPeer(floors, f -> Integer.toString(f.streams())).values().stream()
                            .map(rounds -> new double[] {
                                rounds.get(0).streams(),
                                Tables.spread(rounds, Results.Floor::micros).median()
                            })
                            .sorted((a, b) -> Double.compare(a[0], b[0]))
                            .toList()));
        }
        String cost = "Server CPU per delivery, µs, against " + what;
        page.chart("growth-" + what + "-cpu", cost, Chart.lines(cost, across, cpu));
        String time = "99 % of deliveries within so many ms, against " + what;
        page.chart(
                "growth-" + what + "-p99",
                time,
                Chart.lines(time, across, series(wires, w -> w.run().p99Micros() / 1e3)));
    }

    private static List<Series> series(List<Wire> wires, ToDoubleFunction<Wire> value) {
        List<Series> all = new ArrayList<>();
        Tables.byPeer(wires, Wire::peer)
                .forEach((peer, ofPeer) -> all.add(new Series(
                        peer,
                        points(ofPeer).stream()
                                .map(rounds -> new double[] {
                                    rounds.get(0).streams(),
                                    Tables.spread(rounds, value).median()
                                })
                                .sorted((a, b) -> Double.compare(a[0], b[0]))
                                .toList())));
        return all;
    }
}
