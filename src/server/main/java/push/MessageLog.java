package push;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The newest messages in order: a ring buffer with one writer at a time and any number of cursors.
 *
 * <p>It exists so that a stream needs no queue. A stream stores only its position, which is the sequence of the last
 * message it has read. It reads the next message with {@link #get}, which returns null if that message has been
 * evicted.
 *
 * <pre>
 *     evicted │ first … … … … newest │ not yet
 *             └──── at most maxMessages and maxBytes ────┘
 * </pre>
 *
 * <p><b>Threads:</b> any thread. Appending is guarded by this object's lock; reading takes no lock.
 */
public final class MessageLog {
    /** A snapshot of the newest messages, and the sequence of the newest one. */
    private record Snapshot(long newest, ByteSlice bytes) {}

    /** The number of recent messages that every snapshot contains and every new stream starts with. */
    public static final int HISTORY = 50;

    private final String epoch;
    private final AtomicReferenceArray<@Nullable Message> ring;
    private final int maxBytes;

    @GuardedBy("this")
    private long bytes;

    @GuardedBy("this")
    private long lastTimeMs;

    private volatile long first = 1; // Volatile: moved before the slot is cleared, so null means evicted.
    private volatile long newest; // Volatile: set after the slot, so a reader that sees it also sees the message.
    private volatile Snapshot messages =
            new Snapshot(-1, ByteSlice.of(new byte[0])); // Volatile: a cache; losing a race
    private volatile Snapshot msg = messages; // on it costs one more encoding and nothing else.

    /**
     * Creates an empty log with a random epoch.
     *
     * @param maxMessages the maximum number of messages to retain, at least 1
     * @param maxBytes the maximum number of encoded bytes to retain; the newest message is retained whatever its size
     */
    public MessageLog(int maxMessages, int maxBytes) {
        this(new BigInteger(62, new SecureRandom()).toString(36), maxMessages, maxBytes);
    }

    MessageLog(String epoch, int maxMessages, int maxBytes) {
        this.epoch = epoch;
        this.ring = new AtomicReferenceArray<>(maxMessages);
        this.maxBytes = maxBytes;
    }

    /** Appends a message after all existing messages. The caller must then wake the readers. */
    public synchronized Message append(NewMessage newMessage, long timeMs) {
        long sequence = newest + 1;
        lastTimeMs = Math.max(lastTimeMs, timeMs); // Message times never decrease, even if the clock is set back.
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

    /** Returns the message with a sequence, or null if it has been evicted or does not exist yet. */
    public @Nullable Message get(long sequence) {
        if (sequence < 1) {
            return null;
        }
        Message message = ring.get(slot(sequence));
        return message != null && message.sequence() == sequence ? message : null;
    }

    /** Returns the message with a client-visible id, or null if it never existed or has been evicted. */
    public @Nullable Message find(String id) {
        String digits = id.startsWith(epoch + '-') ? id.substring(epoch.length() + 1) : "";
        return digits.matches("[1-9][0-9]{0,17}") ? get(Long.parseLong(digits)) : null;
    }

    /** Returns the sequence of the newest message, or 0 if there is none. */
    public long newest() {
        return newest;
    }

    /** Returns the sequence of the oldest retained message, or the newest sequence plus one if none is retained. */
    public long first() {
        return first;
    }

    /** Returns the position before the newest {@value #HISTORY} messages. */
    public long historyPosition() {
        long last = newest;
        return Math.max(first - 1, last - HISTORY);
    }

    /** Returns the number of encoded bytes retained. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Returns the prefix of this log's ids. Each new log has a different one. */
    public String epoch() {
        return epoch;
    }

    /** Returns the client-visible id of a position. */
    public String id(long sequence) {
        return epoch + '-' + sequence;
    }

    /**
     * Returns the newest {@value #HISTORY} messages in the plain format, newest first.
     *
     * @param newest the sequence of the newest message to include
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
