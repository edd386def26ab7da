package push;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.EnumMap;
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
    public record Streams(long open, long opened, long refused, Map<Reason, Long> closed) {}

    final MemoryBudget memory = new MemoryBudget();
    final LongAdder posted = new LongAdder();
    final LongAdder deliveries = new LongAdder();
    final LongAdder laps = new LongAdder();
    final LongAdder wakeups = new LongAdder();
    final LongAdder connections = new LongAdder(); // Open now.
    final LongAdder connectionsRefused = new LongAdder();
    final LongAdder handshakesDropped = new LongAdder();

    @GuardedBy("this")
    private long open;

    @GuardedBy("this")
    private long opened;

    @GuardedBy("this")
    private long refused;

    @GuardedBy("this")
    private final Map<Reason, Long> closed = new EnumMap<>(Reason.class);

    public Stats() {
        for (Reason reason : Reason.values()) {
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
    synchronized boolean isFull(int max) {
        return open >= memory.maxStreams(max);
    }

    synchronized void refuse() {
        refused++;
    }

    synchronized void close(Reason reason) {
        open--;
        closed.merge(reason, 1L, Long::sum);
    }

    /** The counts of this moment. */
    public synchronized Streams streams() {
        return new Streams(open, opened, refused, new EnumMap<>(closed));
    }
}
