package bench;

import bench.Results.Floor;
import bench.Results.Memory;
import bench.Results.Start;
import bench.Results.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The kit beside its peers in one table, and for each row its place and the reason. It is in the report and in
 * DESIGN.md.
 *
 * <p>The kit's place follows from the figures; only the reasons are written here, and they contain no figures.
 *
 * <p><b>Length:</b> each row and its two reasons are in one place.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Summary {
    private static final double TIE = 1.15;
    /** A server in C or Go that is further ahead than this is a reason to say what stops the kit. */
    private static final double NEAR = 1.2;

    /** A row: the rounds of each server, whether less is better, and why the kit leads or does not. */
    private record Line(
            String title,
            String format,
            double unit,
            boolean less,
            Function<String, List<Double>> rounds,
            String first,
            String behind) {
        /** Returns the median of a server; empty if it was not measured. */
        Optional<Double> of(String label) {
            List<Double> all = rounds.apply(label);
            return all.isEmpty() ? Optional.empty() : Optional.of(Spread.of(all).median());
        }

        /** Returns how many times worse one is than the other. */
        double times(double one, double other) {
            return less ? one / other : other / one;
        }
    }

    private record Place(String label, double value) {}

    private final Results results;
    private final List<String> labels;

    Summary(Results results) {
        this.results = results;
        this.labels = results.joins().stream().map(Wire::peer).distinct().toList();
    }

    void write(Page page) {
        Map<String, List<String>> servers = labels.stream()
                .collect(Collectors.groupingBy(
                        label -> label.replaceFirst(", JDK \\d+$", ""), LinkedHashMap::new, Collectors.toList()));
        StringBuilder head = new StringBuilder("| |");
        servers.forEach((peer, ofPeer) ->
                head.append(' ').append(peer).append(versions(ofPeer)).append(" |"));
        page.put("%s\n|---|%s", head, "--:|".repeat(servers.size()));
        List<Line> lines = lines();
        for (Line line : lines) {
            List<String> cells = servers.values().stream()
                    .map(ofPeer -> ofPeer.stream()
                            .map(label -> line.of(label)
                                    .map(value -> String.format(Locale.ROOT, line.format, value / line.unit))
                                    .orElse(""))
                            .collect(Collectors.joining(" / ")))
                    .toList();
            page.put("| %s | %s |", line.title, String.join(" | ", cells));
        }
        page.put("");
        lines.forEach(line -> verdict(line).ifPresent(text -> page.put("- **%s:** %s", line.title, text)));
        ratios(
                page,
                "Streams that joined in turns, not in a row",
                ofRow(Row.TURNS),
                label -> ofRow(Row.IN_A_ROW).apply(label),
                "times as much CPU for a delivery");
        ratios(page, "100 connections, one in flight", grown(100), label -> floor(100), "times the floor");
        ratios(page, "9,000 connections, one in flight", grown(9_000), label -> floor(9_000), "times the floor");
        page.put("");
    }

    private static String versions(List<String> labels) {
        String versions = labels.stream()
                .filter(label -> label.contains(", JDK "))
                .map(label -> label.replaceFirst(".* ", ""))
                .collect(Collectors.joining(" / "));
        return versions.isEmpty() ? "" : ", JDK " + versions;
    }

    private List<Line> lines() {
        return List.of(
                line(
                        Row.ONE,
                        "CPU a delivery, µs",
                        "%.2f",
                        1,
                        true,
                        w -> w.run().cpuMicros(),
                        """
                        A message is encoded once, and a connection's frames are composed in one buffer and sent with one
                        write, past Undertow's queues.\
                        """,
                        """
                        Half of a delivery is the system call, which every server pays; most of the rest is TLS in Java, the
                        JIT compiler and Undertow.\
                        """),
                line(Row.ONE, "deliveries/s, thousands", "%.0f", 1e3, false, Wire::perSecond, """
                        A round costs least.\
                        """, """
                        A POST is answered after some of the writes that carry its message; a server that answers before them
                        has its next message sooner.\
                        """),
                line(Row.ONE, "99 %, ms", "%.1f", 1e3, true, w -> w.run().p99Micros(), """
                        No POST waits behind a round that does not carry its message.\
                        """, """
                        The last stream of a round waits for the writes to all others, and a young JVM pauses to compile.\
                        """),
                line(Row.SIXTEEN, "deliveries/s, thousands", "%,.0f", 1e3, false, Wire::perSecond, """
                        A round reads in between, and a connection gets all that has been posted by its turn in one record.\
                        """, """
                        A round costs one record of TLS and one write for each connection.\
                        """),
                line(
                        Row.MANY,
                        "CPU a delivery, µs",
                        "%.2f",
                        1,
                        true,
                        w -> w.run().cpuMicros(),
                        """
                        The streams of a connection share a buffer, a TLS record and a write.\
                        """,
                        """
                        At this rate a round is mostly what any message costs, whatever the number of its streams, and code
                        that the JVM has not compiled yet.\
                        """),
                line(
                        Row.THOUSANDS,
                        "CPU a delivery, µs",
                        "%.2f",
                        1,
                        true,
                        w -> w.run().cpuMicros(),
                        """
                        One write for each connection is all that is left.\
                        """,
                        """
                        The state of thousands of connections does not fit the caches, and a JVM keeps more of it than a server
                        in C.\
                        """),
                new Line(
                        "resident for each held connection, kB",
                        "%.1f",
                        1e3,
                        true,
                        label -> values(results.memory(), m -> m.peer().equals(label), Memory::residentPerConnection),
                        """
                        A stream is a cursor: it holds no buffer while it has nothing to send.\
                        """,
                        """
                        What TLS and HTTP/2 hold for a connection is more than what its stream holds.\
                        """),
                wave(1, "the first thousand clients, CPU ms each", """
                        BoringSSL's handshake is compiled code from the start.\
                        """, """
                        A young JVM has yet to compile what a join needs: with the JDK's TLS the handshake too, with BoringSSL
                        the rest.\
                        """),
                wave(3, "the third thousand, CPU ms each", """
                        BoringSSL's handshake is compiled code from the start.\
                        """, """
                        With BoringSSL a third of it is still the JVM's compilers; with the JDK's TLS most of it is
                        cryptography in Java.\
                        """),
                new Line(
                        "from exec to the first 200, s",
                        "%.2f",
                        1,
                        true,
                        label -> values(results.starts(), s -> s.peer().equals(label), Start::seconds),
                        """
                        It loads few classes.\
                        """,
                        """
                        A JVM loads and links its classes first. The archive that `make build` makes saves a part of that; the
                        bench measures every JVM without one.\
                        """));
    }

    private Line line(
            Row row,
            String what,
            String format,
            double unit,
            boolean less,
            ToDoubleFunction<Wire> value,
            String first,
            String behind) {
        return new Line(
                row.title + ": " + what,
                format,
                unit,
                less,
                label -> values(
                        results.wire(), w -> w.peer().equals(label) && w.row().equals(row.name()), value),
                first,
                behind);
    }

    private Line wave(int wave, String title, String first, String behind) {
        return new Line(
                title,
                "%.2f",
                1e3,
                true,
                label -> values(
                        results.joins(),
                        w -> w.peer().equals(label) && w.row().equals("wave " + wave),
                        w -> w.run().cpuMicros()),
                first,
                behind);
    }

    private static <T> List<Double> values(List<T> all, Predicate<T> wanted, ToDoubleFunction<T> value) {
        return all.stream().filter(wanted).map(value::applyAsDouble).toList();
    }

    /** Returns the kit's place among the servers on a JVM and Node, and beside the others. */
    private Optional<String> verdict(Line line) {
        Optional<Place> kit = best(line, label -> label.startsWith(Peer.KIT.label));
        Optional<Place> rival = best(line, label -> !label.startsWith(Peer.KIT.label) && !isCompiled(label));
        if (kit.isEmpty() || rival.isEmpty()) {
            return Optional.empty();
        }
        double times = line.times(kit.get().value, rival.get().value);
        String text = times <= 1
                ? "the kit" + (kit.get().label.startsWith(Peer.KIT_BORINGSSL.label) ? ", with BoringSSL," : "")
                        + " is first of the servers on a JVM and Node"
                : ratio(kit.get(), rival.get()) + (times <= TIE ? ", which is a tie" : "");
        String why = times <= 1 ? line.first : line.behind;
        Optional<Place> compiled = best(line, Summary::isCompiled);
        if (compiled.isPresent()) {
            text += ", and " + ratio(kit.get(), compiled.get());
            if (times <= 1 && line.times(kit.get().value, compiled.get().value) > NEAR) {
                why += " " + line.behind;
            }
        }
        return Optional.of(text + ". " + why.replace('\n', ' '));
    }

    private static String ratio(Place kit, Place other) {
        return String.format(Locale.ROOT, "%.2f times that of %s", kit.value / other.value, other.label);
    }

    private static boolean isCompiled(String label) {
        return label.equals(Peer.GO.label) || label.equals(Peer.NCHAN.label);
    }

    private Optional<Place> best(Line line, Predicate<String> of) {
        List<Place> places = new ArrayList<>();
        labels.stream()
                .filter(of)
                .forEach(label -> line.of(label).ifPresent(value -> places.add(new Place(label, value))));
        return places.stream().min((a, b) -> Double.compare(line.times(a.value, b.value), 1));
    }

    /** Writes the ratio of one figure to another, for each kit that has both. */
    private void ratios(
            Page page,
            String title,
            Function<String, List<Double>> one,
            Function<String, List<Double>> other,
            String what) {
        String text = labels.stream()
                .filter(label ->
                        !one.apply(label).isEmpty() && !other.apply(label).isEmpty())
                .map(label -> String.format(
                        Locale.ROOT,
                        "%.2f (%s)",
                        Spread.of(one.apply(label)).median()
                                / Spread.of(other.apply(label)).median(),
                        label))
                .collect(Collectors.joining(", "));
        if (!text.isEmpty()) {
            page.put("- **%s:** %s %s.", title, text, what);
        }
    }

    private Function<String, List<Double>> ofRow(Row row) {
        return label -> values(
                results.wire(),
                w -> w.peer().equals(label) && w.row().equals(row.name()),
                w -> w.run().cpuMicros());
    }

    private Function<String, List<Double>> grown(int connections) {
        return label -> values(
                results.scaling(),
                w -> w.peer().equals(label) && w.connections() == connections && w.streamsEach() == 1,
                w -> w.run().cpuMicros());
    }

    private List<Double> floor(int connections) {
        return values(results.floors(), f -> f.connections() == connections && f.streamsEach() == 1, Floor::micros);
    }
}
