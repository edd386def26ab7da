package push;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.OptionalLong;
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
 * <p>A log that follows a broker's stream takes its messages' ids from there. If it must continue in another stream or
 * after a gap, a new {@link Era} begins: the positions go on, the ids do not.
 *
 * <p><b>Length:</b> the two ways to append, and what each reader asks, belong to one ring.
 *
 * <p><b>Threads:</b> any thread. Appending is guarded by this object's lock; reading takes no lock.
 */
public final class MessageLog {
    /** The number of recent messages that every snapshot contains and every new stream starts with. */
    public static final int HISTORY = 50;

    private final AtomicReferenceArray<@Nullable Message> ring;
    private final int maxBytes;
    private final Snapshots snapshots = new Snapshots(this::get, HISTORY);

    @GuardedBy("this")
    private long bytes;

    @GuardedBy("this")
    private long lastTimeMs;

    private volatile long first = 1; // Volatile: moved before the slot is cleared, so null means evicted.
    private volatile long newest; // Volatile: set after the slot, so a reader that sees it also sees the message.
    private volatile Era era; // Volatile: set before the messages of the era before are evicted; read once for each id.

    /**
     * Creates an empty log with a random epoch.
     *
     * @param maxMessages the maximum number of messages to retain, at least 1
     * @param maxBytes the maximum number of encoded bytes to retain; the newest message is retained whatever its size
     */
    public MessageLog(int maxMessages, int maxBytes) {
        this(newEpoch(), maxMessages, maxBytes);
    }

    /** Returns a random epoch. */
    public static String newEpoch() {
        return new BigInteger(62, new SecureRandom()).toString(36);
    }

    MessageLog(String epoch, int maxMessages, int maxBytes) {
        this.era = Era.first(epoch);
        this.ring = new AtomicReferenceArray<>(maxMessages);
        this.maxBytes = maxBytes;
    }

    /** Appends a message after all existing messages. The caller must then wake the readers. */
    public synchronized Message append(NewMessage newMessage, long timeMs) {
        long position = newest + 1;
        lastTimeMs = Math.max(lastTimeMs, timeMs); // Message times never decrease, even if the clock is set back.
        return store(new Message(era.epoch(), position, position - era.offset(), newMessage, lastTimeMs));
    }

    /**
     * Appends a message that a broker has given its id and its time. If it does not follow the newest message, the log
     * is restarted before it. The caller must then wake the readers.
     */
    public synchronized Message append(String epoch, long number, NewMessage newMessage, long timeMs) {
        if (!epoch.equals(era.epoch()) || number != newest + 1 - era.offset()) {
            restart(epoch, number);
        }
        return store(new Message(epoch, newest + 1, number, newMessage, timeMs));
    }

    /**
     * Evicts all messages, and leaves one position empty, so that every reader is told that it has lost continuity.
     *
     * @param number the number in the id of the next message
     */
    public synchronized void restart(String epoch, long number) {
        long start = newest + 2;
        era = era.next(epoch, number, start);
        while (first < start) {
            evictFirst();
        }
        newest = start - 1;
    }

    @GuardedBy("this")
    private Message store(Message message) {
        long position = message.sequence();
        bytes += message.size();
        while (position - first >= ring.length() || (bytes > maxBytes && first < position)) {
            evictFirst();
        }
        ring.set(slot(position), message);
        newest = position;
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
        int dash = id.indexOf('-');
        String digits = id.substring(dash + 1);
        return dash > 0 && digits.matches("[1-9][0-9]{0,17}")
                ? find(id.substring(0, dash), Long.parseLong(digits))
                : null;
    }

    /** Returns the message with this epoch and number in its id, or null if it is not kept. */
    public @Nullable Message find(String epoch, long number) {
        Era now = era;
        return epoch.equals(now.epoch()) ? get(number + now.offset()) : null;
    }

    /**
     * Returns the position of an id with this epoch and number, if its epoch is that of this log. The position may lie
     * outside of what the log holds.
     */
    OptionalLong position(String epoch, long number) {
        Era now = era;
        return epoch.equals(now.epoch()) ? OptionalLong.of(number + now.offset()) : OptionalLong.empty();
    }

    /** Returns whether a position was reached under an earlier epoch. */
    boolean isBeforeEpoch(long position) {
        return position < era.epochStart() - 1;
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
        return era.epoch();
    }

    /** Returns the number in the id of the next message, if it follows the newest one. */
    public synchronized long nextNumber() {
        return newest + 1 - era.offset();
    }

    /** Returns the client-visible id of a position. */
    public String id(long sequence) {
        return era.id(sequence);
    }

    /**
     * Returns the newest {@value #HISTORY} messages in the plain format, newest first.
     *
     * @param newest the sequence of the newest message to include
     */
    ByteSlice snapshot(Wire wire, long newest) {
        return snapshots.get(wire, newest);
    }

    private int slot(long sequence) {
        return (int) (sequence % ring.length());
    }
}
