package push;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The client of one stream in the simulation: reads its bytes, and checks each record byte by byte.
 *
 * <p>Messages come in the one order without a gap, or a {@code start} says why not. Anything that depends on the log's
 * state is checked when the server first offers a record, which is in the same call that makes it.
 *
 * <p><b>Threads:</b> confined to the simulation's.
 */
final class WireReader {
    private static final Pattern START = Pattern.compile(
            "\\{\"type\":\"start\",\"resumed\":(true|false)(?:,\"reason\":\"(\\w+)\")?,\"id\":\"(\\w+)-(\\d+)\",\"heartbeatMs\":(\\d+)}");
    private static final Pattern BYE =
            Pattern.compile("\\{\"type\":\"bye\",\"reason\":\"drain\",\"retryMs\":[1-5]\\d{3}}");

    private final World world;
    private final SimSink sink;
    private final Wire wire;
    private final Resume resume;
    private final ByteArrayOutputStream record = new ByteArrayOutputStream();
    private byte[] expected = {}; // The current record.
    private byte[] other; // Offered, judged, not taken yet: a record that is no message.
    private long positionAfter;
    private boolean isBye;
    private boolean started;
    private boolean saidBye;
    long position; // The last message that was begun.

    WireReader(World world, SimSink sink, Wire wire, Resume resume) {
        this.world = world;
        this.sink = sink;
        this.wire = wire;
        this.resume = resume;
        this.position = wire.isSnapshot() ? -1 : resume.position();
    }

    /** Returns whether it is between two records, at the log's head. */
    boolean hasAll() {
        return record.size() == 0 && (saidBye || position == world.log.newest());
    }

    /** Takes the bytes offered by the server, and judges them by the log as it is in the call that made the record. */
    void offer(byte[] bytes) {
        if (record.size() > 0 || (other != null && Arrays.equals(other, bytes))) {
            return; // The rest of a record, or one that was offered before and not taken.
        }
        other = null;
        Message next = next();
        if (next == null || !startsLike(next.record(wire), bytes, 0)) {
            String said = new String(bytes, UTF_8);
            if (saidBye) {
                throw world.violation("something came after the bye: " + said);
            }
            judge(said);
            other = bytes;
        }
    }

    /** Takes bytes that the sink has accepted, in order. */
    void take(byte[] bytes) {
        int from = 0;
        while (from < bytes.length) {
            if (record.size() == 0) {
                begin(bytes, from);
            }
            int count = Math.min(expected.length - record.size(), bytes.length - from);
            for (int i = 0; i < count; i++) {
                if (bytes[from + i] != expected[record.size() + i]) {
                    throw world.violation("a stream got " + text(bytes, from) + " where "
                            + text(expected, record.size()) + " was to come");
                }
            }
            record.write(bytes, from, count);
            from += count;
            if (record.size() == expected.length) {
                record.reset();
            }
        }
    }

    private static String text(byte[] bytes, int from) {
        return '"' + new String(bytes, from, Math.min(120, bytes.length - from), UTF_8).replace("\n", "\\n") + "…\"";
    }

    /** Begins a record, whose first bytes have been taken. */
    private void begin(byte[] bytes, int from) {
        Message next = next();
        if (other != null) {
            expected = other;
            position = positionAfter;
            started = true;
            saidBye = isBye;
            other = null;
        } else if (next != null) {
            expected = copy(next.record(wire));
            position++;
        } else {
            throw world.violation("after message " + position + " a stream got " + text(bytes, from));
        }
    }

    private Message next() {
        return wire.isSnapshot() || !started || saidBye ? null : world.message(position + 1);
    }

    /** Returns whether this is enough of a message to tell it from everything else: up to the end of its id. */
    private static boolean startsLike(ByteSlice message, byte[] bytes, int from) {
        int count = Math.min(Math.min(message.length(), bytes.length - from), 48);
        return Arrays.equals(message.array(), message.offset(), message.offset() + count, bytes, from, from + count);
    }

    private static byte[] copy(ByteSlice slice) {
        return Arrays.copyOfRange(slice.array(), slice.offset(), slice.offset() + slice.length());
    }

    private void judge(String said) {
        positionAfter = position;
        isBye = false;
        if (wire.isSnapshot()) {
            snapshot(said);
            return;
        }
        int brace = said.indexOf('{');
        String json = brace < 0 ? "" : said.substring(brace).strip();
        Matcher start = START.matcher(json);
        if (start.matches()) {
            start(said, start);
        } else if (started && said.equals(wire.heartbeat(world.log.id(position)))) {
            sink.beat();
        } else if (started && BYE.matcher(json).matches() && position == world.log.newest() && world.isLeaving) {
            isBye = true;
        } else {
            throw world.violation("after message " + position + " of " + world.log.newest() + " a stream got " + said);
        }
    }

    private void start(String said, Matcher start) {
        String reason = start.group(2);
        String id = start.group(3) + '-' + start.group(4);
        long from = started ? world.log.historyPosition() : resume.position();
        if (!started) {
            if (!Objects.equals(reason, resume.reason())) {
                throw world.violation("a stream that begins with " + resume + " was told " + said);
            }
        } else if (world.log.first() <= position + 1) {
            throw world.violation("a stream at " + position + " whose next message is kept was told " + said);
        } else if (!(world.epoch(position).equals(world.log.epoch()) ? "lapped" : "epoch").equals(reason)) {
            throw world.violation(
                    "a stream at " + position + " of epoch " + world.epoch(position) + " was told " + said);
        } else {
            world.laps++;
        }
        if (!id.equals(world.log.id(from)) || !start.group(3).equals(world.log.epoch())) {
            throw world.violation(
                    "a stream goes on from " + from + " in epoch " + world.log.epoch() + ", and was told " + said);
        }
        positionAfter = from;
    }

    private void snapshot(String said) {
        long newest = world.log.newest();
        if (!said.equals(world.snapshot(wire, newest))) {
            throw world.violation("a snapshot at " + newest + " was " + said);
        }
        positionAfter = newest;
    }
}
