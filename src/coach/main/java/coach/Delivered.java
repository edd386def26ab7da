package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
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
    private static final int ROUNDS = 10_000;
    private static final Pattern TEXT = Pattern.compile("\"text\":\"([0-9]+)\"");

    /** Takes this many bytes in a round and then no more, in each round or in some, and nothing in its first rounds. */
    private static final class Fitful implements Sink {
        final String name;
        final int first;
        final int atATime;
        final int deafRounds;
        final int every;
        final ByteArrayOutputStream got = new ByteArrayOutputStream();
        int round;
        int room;

        Fitful(String name, int first, int atATime, int deafRounds) {
            this(name, first, atATime, deafRounds, 1);
        }

        Fitful(String name, int first, int atATime, int deafRounds, int every) {
            this.every = every;
            this.name = name;
            this.first = first;
            this.atATime = atATime;
            this.deafRounds = deafRounds;
        }

        void nextRound() {
            room = ++round <= deafRounds || round % every != 0 ? 0 : atATime;
        }

        @Override
        public int write(ByteBuffer bytes) {
            int taken = Math.min(room, bytes.remaining());
            for (int i = 0; i < taken; i++) {
                got.write(bytes.get());
            }
            room -= taken;
            return taken;
        }

        String fault() {
            var lines = got.toString(UTF_8).lines().toList();
            var found = lines.stream().map(Fitful::text).toList();
            var wanted = IntStream.rangeClosed(first, MESSAGES)
                    .mapToObj(String::valueOf)
                    .toList();
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
        var sinks = new ArrayList<>(List.of(
                new Fitful("a stream that takes everything", 1, Integer.MAX_VALUE, 0),
                new Fitful("a stream that takes 50 bytes at a time", 1, 50, 0),
                new Fitful("a stream that takes 150 bytes, and then nothing while four messages come", 1, 150, 0, 5),
                new Fitful("a stream that takes nothing for 30 messages", 1, Integer.MAX_VALUE, 30)));
        sinks.forEach(way::open);
        for (int i = 1; i <= MESSAGES; i++) {
            way.append(new NewMessage("ann", String.valueOf(i)));
            drain(way, sinks);
            if (i == LATE) {
                sinks.add(new Fitful("a stream that joins after " + LATE, LATE + 1, Integer.MAX_VALUE, 0));
                way.open(sinks.get(sinks.size() - 1));
            }
        }
        for (int i = 0;
                i < ROUNDS && sinks.stream().anyMatch(sink -> !sink.fault().isEmpty());
                i++) {
            drain(way, sinks);
        }
        return sinks.stream()
                .map(Fitful::fault)
                .filter(fault -> !fault.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static void drain(Way way, List<Fitful> sinks) {
        sinks.forEach(Fitful::nextRound);
        way.drain();
    }
}
