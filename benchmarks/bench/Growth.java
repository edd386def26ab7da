package bench;

import bench.Chart.Series;
import bench.Results.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What a delivery costs as connections and streams grow, beside the floor at each point.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Growth {
    private static final int[][] SHAPES = {
        {10, 1}, {100, 1}, {1_000, 1}, {3_000, 1}, {9_000, 1}, {100, 10}, {100, 100}, {100, 1_000}
    };

    private final Results results;
    private final Progress progress;
    private final double warmSeconds;
    private final double seconds;

    Growth(Results results, Progress progress, double warmSeconds, double seconds) {
        this.results = results;
        this.progress = progress;
        this.warmSeconds = warmSeconds;
        this.seconds = seconds;
    }

    /** Each point on a server of its own, which a load has warmed up. */
    void measure(List<Contender> contenders, Floor floor) throws IOException {
        for (Contender contender : contenders) {
            progress.say(contender.label() + ", from 10 to 9,000 connections and to 100,000 streams");
            for (int[] shape : shapes()) {
                try (Server server = new Server(contender);
                        LoadProcess load = new LoadProcess(server)) {
                    load.open(100, 1, contender.peer().accept);
                    load.post(16, warmSeconds, 0);
                    load.closeStreams();
                    load.open(shape[0], shape[1], contender.peer().accept);
                    load.post(1, seconds / 3, 0);
                    Experiment.Run run = load.post(1, seconds, 0);
                    Wire wire =
                            new Wire(contender.label(), "growth", shape[0], shape[1], 0, server.residentBytes(), run);
                    results.scaling().add(wire);
                    progress.found(wire);
                }
            }
        }
        for (int[] shape : shapes()) {
            floor.measure(shape[0], shape[1]).ifPresent(results.floors()::add);
        }
    }

    private static List<int[]> shapes() throws IOException {
        List<int[]> here = new ArrayList<>();
        for (int[] shape : SHAPES) {
            if (Machine.mayOpen(shape[0])) {
                here.add(shape);
            }
        }
        return here;
    }

    /** One series for each server, and the floor beside them. */
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
        for (Wire wire : results.scaling()) {
            double micros = wire.run().cpuMicros();
            String floor = results.floors().stream()
                    .filter(f -> f.connections() == wire.connections() && f.streamsEach() == wire.streamsEach())
                    .map(f -> String.format(Locale.ROOT, "%.3f | %.1f", f.micros(), micros / f.micros()))
                    .findFirst()
                    .orElse("not measured | ");
            page.put(
                    "| %s | %,d | %,d | %.2f | %s | %.1f |",
                    wire.peer(),
                    wire.connections(),
                    wire.streamsEach(),
                    micros,
                    floor,
                    wire.run().p99Micros() / 1e3);
        }
        page.put("");
    }

    private static void growth(Page page, Results results, String what, String across, boolean ofOne)
            throws IOException {
        List<Wire> wires = results.scaling().stream()
                .filter(wire -> ofOne ? wire.streamsEach() == 1 : wire.connections() == 100)
                .toList();
        List<Series> cpu = new ArrayList<>(series(wires, w -> w.run().cpuMicros()));
        List<double[]> floor = results.floors().stream()
                .filter(f -> ofOne ? f.streamsEach() == 1 : f.connections() == 100)
                .map(f -> new double[] {f.streams(), f.micros()})
                .toList();
        if (!floor.isEmpty()) {
            cpu.add(new Series("the floor", floor));
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
                .forEach((peer, points) -> all.add(new Series(
                        peer,
                        points.stream()
                                .map(w -> new double[] {w.streams(), value.applyAsDouble(w)})
                                .toList())));
        return all;
    }
}
