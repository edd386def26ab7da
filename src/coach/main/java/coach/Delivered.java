package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lesson10_cost.Sink;
import lesson10_cost.Way;
import push.NewMessage;

/**
 * Checks that a way to keep streams delivers every message to each of them once and in order, including streams that
 * take little at a time or join late. A way that delivers nothing costs nothing, so this is checked before its cost.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Delivered {

    private static final int MESSAGES = 60;
    private static final int LATE = 10;
    private static final int LONG = 20;
    private static final int ROUNDS = 10_000;
    private static final int ALL = Integer.MAX_VALUE;
    /** More than the log holds, so that each of its places has had another message. */
    private static final int LAP = 8_192 + 100;

    /** As many bytes as a text may have. */
    private static final String LONGEST = "\uD83D\uDC0C".repeat(4_090);

    private static final Pattern TEXT = Pattern.compile("\"text\":\"([0-9]+)");

    /** Takes so many bytes in a round and then no more. */
    private static final class Fitful implements Sink {
        final String name;
        final IntUnaryOperator inRound;
        final ByteArrayOutputStream got = new ByteArrayOutputStream();
        int first;
        int lines;
        int round;
        int room;

        /** @param inRound how many bytes it takes in the first round, the second and so on */
        Fitful(String name, int first, IntUnaryOperator inRound) {
            this.name = name;
            this.first = first;
            this.inRound = inRound;
        }

        void nextRound() {
            room = inRound.applyAsInt(++round);
        }

        /** Lets it take everything from now on. */
        void takeAll(int next) {
            got.reset();
            first = next;
            room = ALL;
        }

        @Override
        public int write(ByteBuffer bytes) {
            int taken = Math.min(room, bytes.remaining());
            for (int i = 0; i < taken; i++) {
                byte one = bytes.get();
                lines += one == '\n' ? 1 : 0;
                got.write(one);
            }
            room -= room == ALL ? 0 : taken;
            return taken;
        }

        /** Returns the fault as a sentence if not all has come though it would have taken more; or nothing. */
        String late(int newest) {
            int due = newest - first + 1;
            return room == 0 || lines >= due
                    ? ""
                    : name + " had room for more after message " + newest + ", and had got " + lines + " of " + due
                            + ": drain ends when a write takes nothing, or when nothing is new";
        }

        String fault(int last) {
            var lines = got.toString(UTF_8).lines().toList();
            var found = lines.stream().map(Fitful::text).toList();
            var wanted =
                    IntStream.rangeClosed(first, last).mapToObj(String::valueOf).toList();
            return found.equals(wanted) ? "" : name + " must get " + say(wanted) + ", but it got " + say(found);
        }

        private static String text(String line) {
            var text = TEXT.matcher(line);
            boolean whole = line.startsWith("{\"type\":\"message\"") && line.endsWith("}") && text.find();
            return whole ? text.group(1) : "(no message: " + line.substring(0, Math.min(40, line.length())) + " …)";
        }

        private static String say(List<String> texts) {
            if (texts.size() <= 4) {
                return texts.toString();
            }
            return "[" + String.join(", ", texts.subList(0, 3)) + " … " + texts.get(texts.size() - 1) + "], "
                    + texts.size() + " messages";
        }
    }

    private Delivered() {}

    /** Returns the fault as a sentence; or nothing. */
    static String fault(Way way) {
        try {
            var sinks = new ArrayList<>(List.of(
                    new Fitful("a stream that takes everything", 1, round -> ALL),
                    new Fitful("a stream that takes 50 bytes at a time", 1, round -> 50),
                    new Fitful(
                            "a stream that takes 60 bytes, and the rest when the next message has come",
                            1,
                            round -> round % 2 == 0 ? ALL : 60),
                    new Fitful("a stream that takes everything after one that was cut", 1, round -> ALL),
                    new Fitful(
                            "a stream that takes 150 bytes, and then nothing while four messages come",
                            1,
                            round -> round % 5 == 0 ? 150 : 0),
                    new Fitful("a stream that takes nothing for 30 messages", 1, round -> round > 30 ? ALL : 0)));
            return delivered(way, sinks).or(() -> afterALap(way, sinks)).orElse("");
        } catch (RuntimeException e) {
            return "it throws " + e + place(e, way.getClass().getName());
        }
    }

    private static String place(RuntimeException e, String way) {
        return Stream.of(e.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith(way))
                .findFirst()
                .map(frame -> " at " + frame.getFileName() + ":" + frame.getLineNumber())
                .orElse("");
    }

    private static Optional<String> delivered(Way way, List<Fitful> sinks) {
        var late = new ArrayList<String>();
        sinks.forEach(way::open);
        for (int i = 1; i <= MESSAGES; i++) {
            int newest = i;
            way.append(new NewMessage("ann", i == LONG ? i + LONGEST : String.valueOf(i)));
            drain(way, sinks);
            sinks.stream()
                    .map(sink -> sink.late(newest))
                    .filter(fault -> !fault.isEmpty())
                    .forEach(late::add);
            if (i == LATE) {
                sinks.add(new Fitful("a stream that joins after " + LATE, LATE + 1, round -> ALL));
                way.open(sinks.get(sinks.size() - 1));
            }
        }
        for (int i = 0; i < ROUNDS && sinks.stream().anyMatch(sink -> sink.lines < MESSAGES - sink.first + 1); i++) {
            drain(way, sinks);
        }
        return Stream.concat(faults(sinks, MESSAGES), late.stream()).findFirst();
    }

    /** What is shared must be that of the message in question, also when the log has begun again at its first place. */
    private static Optional<String> afterALap(Way way, List<Fitful> sinks) {
        sinks.forEach(sink -> sink.takeAll(MESSAGES + 1));
        for (int i = 1; i <= LAP; i++) {
            way.append(new NewMessage("ann", String.valueOf(MESSAGES + i)));
            way.drain();
        }
        return faults(sinks, MESSAGES + LAP).findFirst();
    }

    private static Stream<String> faults(List<Fitful> sinks, int last) {
        return sinks.stream().map(sink -> sink.fault(last)).filter(fault -> !fault.isEmpty());
    }

    private static void drain(Way way, List<Fitful> sinks) {
        sinks.forEach(Fitful::nextRound);
        way.drain();
    }
}
