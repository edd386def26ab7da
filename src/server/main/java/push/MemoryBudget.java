package push;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * How much memory clients may take of what this JVM was given, on the heap and in direct buffers.
 *
 * <p>It exists because a limit that is a number fits one machine: 10,000 stalled streams fill 320 MB of direct buffers,
 * which a small JVM does not have. Streams are refused, and those that are stalled are ended, before it runs out.
 *
 * <p><b>Threads:</b> any thread; all of it is final, and the JVM counts.
 */
public final class MemoryBudget {
    /** Heap for each stream, with what it reaches: measured, and doubled. */
    private static final int STREAM_BYTES = 6_000;

    /** The least that requests of one shard may hold: some bodies of the largest size. */
    private static final long LEAST_HELD_BYTES = 4L * 64 * 1024;

    /** Heap for each connection of a client that means harm: what TLS and HTTP/2 keep, and a frame that is not whole. */
    private static final int CONNECTION_BYTES = 30_000;

    /** Direct memory for each: a record of TLS that is not whole, in a buffer. */
    private static final int CONNECTION_DIRECT_BYTES = 17_408;

    /** Heap for each stream that was reset and that its connection keeps: measured, and rounded up. */
    private static final int LEFTOVER_BYTES = 1_000;

    private final LongSupplier usedBytes;
    private final long tightBytes;
    private final long fullBytes;
    private final long heapBytes;

    /** The budget of this JVM. */
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

    /** What -XX:MaxDirectMemorySize says; as much as the heap if it says nothing. */
    private static long maxDirectBytes() {
        var machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        long set = machine == null
                ? 0
                : Long.parseLong(machine.getVMOption("MaxDirectMemorySize").getValue());
        return set > 0 ? set : Runtime.getRuntime().maxMemory();
    }

    /** Whether direct buffers take so much that who holds most of them must let go. */
    boolean isTight() {
        return usedBytes.getAsLong() > tightBytes;
    }

    /** Whether direct buffers take so much that no stream may begin; what is let go before keeps it from this. */
    boolean isFull() {
        return usedBytes.getAsLong() > fullBytes;
    }

    /** How many connections there may be: no more than half of the heap and of the direct memory hold. */
    public int maxConnections() {
        return (int) Math.min(heapBytes / 2 / CONNECTION_BYTES, fullBytes / CONNECTION_DIRECT_BYTES);
    }

    /** How many streams there may be: no more than a quarter of the heap holds. */
    int maxStreams(int wanted) {
        return (int) Math.min(wanted, heapBytes / 4 / STREAM_BYTES);
    }

    /** How many streams of one of so many shards may be left that were reset: a quarter of the heap in all. */
    public int maxLeftovers(int shards) {
        return (int) Math.min(Integer.MAX_VALUE, heapBytes / 4 / LEFTOVER_BYTES / shards);
    }

    /** How much the requests of one of so many shards may hold that wait for their clients: an eighth of the heap in all. */
    long maxHeldBytes(int shards) {
        return Math.max(LEAST_HELD_BYTES, heapBytes / 8 / shards);
    }
}
