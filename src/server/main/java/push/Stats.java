package push;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * The server's counters since its start.
 *
 * <p>It exists so that {@code opened = open + Σ closed} holds in every reading. Opening and closing a stream are
 * counted under one lock, which is rarely taken. Message counters change often and need no lock.
 *
 * <p><b>Threads:</b> any thread; fields marked {@code @GuardedBy} are guarded by this object's lock.
 */
public final class Stats {
    /** The stream counters at one moment. */
    public record Streams(long open, long opened, long refused, Map<EndReason, Long> closed) {}

    /** The message counters since the start. */
    public record Messages(long posted, long deliveries, long laps, long wakeups) {}

    private final MemoryBudget memory;
    private final LongAdder posted = new LongAdder();
    private final LongAdder deliveries = new LongAdder();
    private final LongAdder laps = new LongAdder();
    private final LongAdder wakeups = new LongAdder();
    /** Connections that are currently open. */
    public final LongAdder connections = new LongAdder();
    /** Connections that a limit closed before TLS. */
    public final LongAdder connectionsRefused = new LongAdder();
    /** Handshakes that were ended to make room for others. */
    public final LongAdder handshakesDropped = new LongAdder();

    @GuardedBy("this")
    private long open;

    @GuardedBy("this")
    private long opened;

    @GuardedBy("this")
    private long refused;

    @GuardedBy("this")
    private final Map<EndReason, Long> closed = new EnumMap<>(EndReason.class);

    public Stats() {
        this(new MemoryBudget());
    }

    Stats(MemoryBudget memory) {
        this.memory = memory;
        for (EndReason reason : EndReason.values()) {
            closed.put(reason, 0L);
        }
    }

    /** Counts a new stream, unless this many are already open. Returns whether it was counted. */
    public synchronized boolean open(int max) {
        if (open >= memory.maxStreams(max)) {
            return false;
        }
        open++;
        opened++;
        return true;
    }

    /** Returns whether {@link #open} would refuse a stream. */
    public synchronized boolean isFull(int max) {
        return open >= memory.maxStreams(max);
    }

    /** Counts a stream that was refused because of a limit. */
    public synchronized void refuse() {
        refused++;
    }

    synchronized void close(EndReason reason) {
        open--;
        closed.merge(reason, 1L, Long::sum);
    }

    /** Counts a message that was stored and is not a repetition. */
    public void countPosted() {
        posted.increment();
    }

    void countWakeup() {
        wakeups.increment();
    }

    void count(long delivered, long lapped) {
        deliveries.add(delivered);
        laps.add(lapped);
    }

    /** Resets the message counters to 0. */
    void resetMessages() {
        List.of(posted, deliveries, laps, wakeups).forEach(LongAdder::reset);
    }

    /** Returns whether direct buffers use so much memory that no stream may open. */
    public boolean isMemoryFull() {
        return memory.isFull();
    }

    /** Returns how many bytes the waiting requests of one of the given number of shards may hold. */
    long maxHeldBytes(int shards) {
        return memory.maxHeldBytes(shards);
    }

    /** Returns whether direct buffers use so much memory that some waiting streams or responses must be ended. */
    public boolean isMemoryTight() {
        return memory.isTight();
    }

    /** Returns the current message counters. */
    public Messages messages() {
        return new Messages(posted.sum(), deliveries.sum(), laps.sum(), wakeups.sum());
    }

    /** Returns the current stream counters. */
    public synchronized Streams streams() {
        return new Streams(open, opened, refused, new EnumMap<>(closed));
    }
}
