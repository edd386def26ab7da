package push;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What has happened since the start, counted.
 *
 * <p>It exists so that {@code opened = open + Σ closed} holds in every view of it: a stream is counted in and out under
 * one lock, which is taken seldom. The counts of messages are taken often and need no lock.
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock where said.
 */
public final class Stats {
    /** The counts of streams at one moment. */
    public record Streams(long open, long opened, long refused, Map<EndReason, Long> closed) {}

    /** The counts of messages since the start. */
    public record Messages(long posted, long deliveries, long laps, long wakeups) {}

    private final MemoryBudget memory;
    private final LongAdder posted = new LongAdder();
    private final LongAdder deliveries = new LongAdder();
    private final LongAdder laps = new LongAdder();
    private final LongAdder wakeups = new LongAdder();
    /** Connections that are open now. */
    public final LongAdder connections = new LongAdder();
    /** Those that were closed before TLS, for a limit. */
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

    /** Counts a stream in, unless there are that many already. */
    public synchronized boolean open(int max) {
        if (open >= memory.maxStreams(max)) {
            return false;
        }
        open++;
        opened++;
        return true;
    }

    /** Whether {@link #open} would count none in. */
    public synchronized boolean isFull(int max) {
        return open >= memory.maxStreams(max);
    }

    /** Counts a stream that was not opened because of a limit. */
    public synchronized void refuse() {
        refused++;
    }

    synchronized void close(EndReason reason) {
        open--;
        closed.merge(reason, 1L, Long::sum);
    }

    /** Counts a message that has been stored, and is no repetition. */
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

    /** Begins to count messages from 0. */
    void resetMessages() {
        List.of(posted, deliveries, laps, wakeups).forEach(LongAdder::reset);
    }

    /** Whether direct buffers take so much that no stream may begin. */
    public boolean isMemoryFull() {
        return memory.isFull();
    }

    /** How many connections memory holds. */
    public int maxConnections() {
        return memory.maxConnections();
    }

    /** How much the requests of one of so many shards may hold that wait for their clients. */
    long maxHeldBytes(int shards) {
        return memory.maxHeldBytes(shards);
    }

    /** Whether direct buffers take so much that some of what waits for its client is ended. */
    public boolean isMemoryTight() {
        return memory.isTight();
    }

    /** The counts of messages by now. */
    public Messages messages() {
        return new Messages(posted.sum(), deliveries.sum(), laps.sum(), wakeups.sum());
    }

    /** The counts of streams at this moment. */
    public synchronized Streams streams() {
        return new Streams(open, opened, refused, new EnumMap<>(closed));
    }
}
