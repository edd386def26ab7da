package push;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * The share of this JVM's heap and direct memory that clients may use.
 *
 * <p>It exists because a fixed limit suits only one machine size: 10,000 stalled streams fill 320 MB of direct buffers,
 * which a small JVM does not have. The server ends stalled streams and refuses new ones before memory runs out.
 *
 * <p><b>Threads:</b> any thread; all fields are final, and the JVM counts the memory in use.
 */
public final class MemoryBudget {
    /** Heap per stream, including everything it references: measured, then doubled. */
    private static final int STREAM_BYTES = 6_000;

    /** The minimum that one shard's requests may hold: four bodies of the maximum size. */
    private static final long LEAST_HELD_BYTES = 4L * 64 * 1024;

    /** Heap per connection of a hostile client: TLS and HTTP/2 state, and one incomplete frame. */
    private static final int CONNECTION_BYTES = 30_000;

    /** Direct memory per connection: a buffer with one incomplete TLS record. */
    private static final int CONNECTION_DIRECT_BYTES = 17_408;

    /** Heap per reset stream that its connection still holds: measured, then rounded up. */
    private static final int LEFTOVER_BYTES = 1_000;

    /** The most of the heap that hostile clients may fill for long: a collection that copies more pauses all others. */
    private static final long MOST_HELD_BYTES = 64L << 20;

    private final LongSupplier usedBytes;
    private final long tightBytes;
    private final long fullBytes;
    private final long heapBytes;

    /** Creates the budget of this JVM. */
    public MemoryBudget() {
        this(Runtime.getRuntime().maxMemory(), maxDirectBytes(), direct()::getMemoryUsed);
    }

    MemoryBudget(long maxHeapBytes, long maxDirectBytes, LongSupplier usedBytes) {
        this.usedBytes = usedBytes;
        this.heapBytes = maxHeapBytes;
        this.tightBytes = maxDirectBytes * 3 / 8;
        this.fullBytes = maxDirectBytes / 2;
    }

    private static BufferPoolMXBean direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
    }

    /** Returns -XX:MaxDirectMemorySize, or the maximum heap size if that option is not set. */
    private static long maxDirectBytes() {
        var machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        long set = machine == null
                ? 0
                : Long.parseLong(machine.getVMOption("MaxDirectMemorySize").getValue());
        return set > 0 ? set : Runtime.getRuntime().maxMemory();
    }

    /** Returns whether direct buffers use so much memory that stalled streams and responses must be ended. */
    boolean isTight() {
        return usedBytes.getAsLong() > tightBytes;
    }

    /**
     * Returns whether direct buffers use so much memory that no stream may open. Ending stalled work normally prevents
     * this.
     */
    boolean isFull() {
        return usedBytes.getAsLong() > fullBytes;
    }

    /** Returns the maximum number of connections: as many as fit in half the heap and half the direct memory. */
    public int maxConnections() {
        return (int) Math.min(heapBytes / 2 / CONNECTION_BYTES, fullBytes / CONNECTION_DIRECT_BYTES);
    }

    /** Returns the maximum number of streams: as many as wanted, but no more than fit in a quarter of the heap. */
    int maxStreams(int wanted) {
        return (int) Math.min(wanted, heapBytes / 4 / STREAM_BYTES);
    }

    /**
     * Returns how many reset streams one of the given number of shards may still hold. All shards share a quarter of
     * the heap, and at most 64 MiB.
     */
    public int maxLeftovers(int shards) {
        return (int) Math.min(Integer.MAX_VALUE, Math.min(heapBytes / 4, MOST_HELD_BYTES) / LEFTOVER_BYTES / shards);
    }

    /**
     * Returns how many bytes the waiting requests of one of the given number of shards may hold. All shards share an
     * eighth of the heap, and at most 64 MiB.
     */
    long maxHeldBytes(int shards) {
        return Math.max(LEAST_HELD_BYTES, Math.min(heapBytes / 8, MOST_HELD_BYTES) / shards);
    }
}
