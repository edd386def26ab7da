package push;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The newest messages in their one order: a ring that one writer at a time appends to and any number of cursors read.
 *
 * <p>It exists so that a stream needs no queue: it only has to know its position, which is the sequence of the last
 * message that was read; what follows is asked for by {@link #get}, which gives null once it has been evicted.
 *
 * <pre>
 *     evicted │ first … … … … newest │ not yet
 *             └──── at most maxMessages and maxBytes ────┘
 * </pre>
 *
 * <p><b>Threads:</b> any thread. Appending is guarded by this object's lock; reading takes none.
 */
public final class MessageLog {
    /** A snapshot of the newest messages, and the newest of them. */
    private record Snapshot(long newest, ByteSlice bytes) {}

    /** How many of the newest messages a new stream, and every snapshot, starts with. */
    public static final int HISTORY = 50;

    private final String epoch;
    private final AtomicReferenceArray<@Nullable Message> ring;
    private final int maxBytes;

    @GuardedBy("this")
    private long bytes;

    @GuardedBy("this")
    private long lastTimeMs;

    private volatile long first = 1; // Volatile: moved before a slot is emptied, so a reader that finds null finds why.
    private volatile long newest; // Volatile: set after the slot, so a thread that sees it sees the message too.
    private volatile Snapshot messages =
            new Snapshot(-1, ByteSlice.of(new byte[0])); // Volatile: a cache; losing a race
    private volatile Snapshot msg = messages; // on it costs one more encoding and nothing else.

    /**
     * An empty log with an epoch of its own.
     *
     * @param maxMessages how many messages it keeps at most, at least 1
     * @param maxBytes how many encoded bytes it keeps at most; the newest message is kept whatever its size
     */
    public MessageLog(int maxMessages, int maxBytes) {
        this(new BigInteger(62, new SecureRandom()).toString(36), maxMessages, maxBytes);
    }

    MessageLog(String epoch, int maxMessages, int maxBytes) {
        this.epoch = epoch;
        this.ring = new AtomicReferenceArray<>(maxMessages);
        this.maxBytes = maxBytes;
    }

    /** Gives a message its place, after all that have one. The wake-up of the readers is the caller's. */
    public synchronized Message append(NewMessage newMessage, long timeMs) {
        long sequence = newest + 1;
        lastTimeMs = Math.max(lastTimeMs, timeMs); // The clock may be set back; the order of times may not.
        Message message = new Message(epoch, sequence, newMessage, lastTimeMs);
        bytes += message.size();
        while (sequence - first >= ring.length() || (bytes > maxBytes && first < sequence)) {
            evictFirst();
        }
        ring.set(slot(sequence), message);
        newest = sequence;
        return message;
    }

    @GuardedBy("this")
    private void evictFirst() {
        long oldest = first;
        Message evicted = ring.get(slot(oldest));
        first = oldest + 1;
        ring.set(slot(oldest), null);
        bytes -= evicted == null ? 0 : evicted.size();
    }

    /** The message at a position, or null if it has been evicted or is not there yet. */
    public @Nullable Message get(long sequence) {
        if (sequence < 1) {
            return null;
        }
        Message message = ring.get(slot(sequence));
        return message != null && message.sequence() == sequence ? message : null;
    }

    /** The message with an id as clients know it, or null if there is none, or none any more. */
    public @Nullable Message find(String id) {
        String digits = id.startsWith(epoch + '-') ? id.substring(epoch.length() + 1) : "";
        return digits.matches("[1-9][0-9]{0,17}") ? get(Long.parseLong(digits)) : null;
    }

    /** The sequence of the newest message; 0 before there is one. */
    public long newest() {
        return newest;
    }

    /** The sequence of the oldest message that is kept; one more than the newest if none is. */
    public long first() {
        return first;
    }

    /** The position from which the newest {@value #HISTORY} messages follow. */
    public long historyPosition() {
        long last = newest;
        return Math.max(first - 1, last - HISTORY);
    }

    /** How many encoded bytes it keeps. */
    public synchronized long bytes() {
        return bytes;
    }

    /** What its ids begin with: new in every life of a log. */
    public String epoch() {
        return epoch;
    }

    /** A position as clients know it. */
    public String id(long sequence) {
        return epoch + '-' + sequence;
    }

    /**
     * The newest {@value #HISTORY} messages, newest first, in the plain form.
     *
     * @param newest the newest message that may be in it
     */
    ByteSlice snapshot(Wire wire, long newest) {
        Snapshot cached = wire == Wire.MSG ? msg : messages;
        if (cached.newest != newest) {
            cached = new Snapshot(newest, encode(wire, newest));
            if (wire == Wire.MSG) {
                msg = cached;
            } else {
                messages = cached;
            }
        }
        return cached.bytes;
    }

    private ByteSlice encode(Wire wire, long newest) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(("{\"" + wire.key + "\":[").getBytes(StandardCharsets.US_ASCII));
        for (long sequence = newest; sequence > newest - HISTORY; sequence--) {
            Message message = get(sequence);
            if (message == null) {
                break;
            }
            if (sequence < newest) {
                out.write(',');
            }
            message.writeTo(out);
        }
        out.writeBytes("]}\n".getBytes(StandardCharsets.US_ASCII));
        return ByteSlice.of(out.toByteArray());
    }

    private int slot(long sequence) {
        return (int) (sequence % ring.length());
    }
}
