package push;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a shard keeps for clients that let it wait: answers and streams that are not read, and bodies that do not come. Those
 * that have waited longest stand first.
 *
 * <p>It exists because each of them keeps memory. When that gets tight some must go, and it is known which: of those
 * that have waited longest, the ones whose connection keeps most.
 *
 * <p><b>Threads:</b> confined to its shard's IO thread.
 */
final class Stalled {
    /** Something that waits for its client. */
    interface Waiting {
        /** The connection that it came by. */
        Connection connection();

        /** When something of it has moved last. */
        long movedNanos();

        /** Ends it, for its memory is needed: it is to be removed from here by that. */
        void letGo();
    }

    /** Heap for a request in hand, with what it reaches: measured, and doubled. */
    static final int REQUEST_BYTES = 6_000;

    /** How many of the longest are compared. */
    private static final int COMPARED = 64;

    /** How many go in one go: what they free is more than what comes meanwhile. */
    private static final int AT_ONCE = 8;

    /** How many go at a tick, which may find another shard's streams refused for what this one keeps. */
    private static final int AT_A_TICK = 500;

    /** What has waited no longer may be on its way to an honest client, and stays, unless there is much of it. */
    private static final long BRIEF_NANOS = 200_000_000;

    private static final int FEW = 16;

    private final MemoryBudget memory;
    private final long maxHeld;
    private long held; // Heap that requests in hand take which wait.
    private final Set<Waiting> answers = new LinkedHashSet<>();
    private final Set<Waiting> bodies = new LinkedHashSet<>();
    private final Set<Waiting> streams = new LinkedHashSet<>();

    Stalled(MemoryBudget memory, int shards) {
        this.memory = memory;
        this.maxHeld = memory.maxHeldBytes(shards);
    }

    /** An answer is not read; harmless the second time. */
    void add(Reply answer) {
        count(answer, answers.add(answer), 1);
    }

    void remove(Reply answer) {
        count(answer, answers.remove(answer), -1);
    }

    /** A stream is not read. */
    void add(Subscriber stream) {
        count(stream, streams.add(stream), 1);
    }

    void remove(Subscriber stream) {
        count(stream, streams.remove(stream), -1);
    }

    /** A body comes in. */
    void add(Body body) {
        bodies.add(body);
    }

    void remove(Body body) {
        bodies.remove(body);
    }

    private static void count(Waiting one, boolean changed, int by) {
        if (changed) {
            one.connection().stalled += by;
        }
    }

    /** A request that waits takes so many bytes more, or gives them back: less than 0. */
    void hold(Connection connection, long bytes) {
        held += bytes;
        connection.held += bytes;
    }

    /** How many bytes of heap requests take that wait. */
    long held() {
        return held;
    }

    /** Whether so much is held that a request had better end than wait for its client. */
    boolean isHalfFull() {
        return held > maxHeld / 2;
    }

    /** Ends some of them, if memory is tight. */
    void relieve() {
        relieve(AT_ONCE);
    }

    /** The same, by the clock. */
    void tick() {
        relieve(AT_A_TICK);
    }

    private void relieve(int most) {
        boolean some = true;
        for (int i = 0; i < most && some && !(answers.isEmpty() && streams.isEmpty()) && memory.isTight(); i++) {
            some = letGo(worst(answers, streams, false));
        }
        some = true;
        for (int i = 0; i < most && some && held > maxHeld; i++) {
            some = letGo(worst(answers, bodies, true));
        }
    }

    private static boolean letGo(@Nullable Waiting one) {
        if (one != null) {
            one.letGo();
        }
        return one != null;
    }

    private static @Nullable Waiting worst(Set<Waiting> first, Set<Waiting> second, boolean byBytes) {
        long nowNanos = System.nanoTime();
        Waiting worst = null;
        long most = -1;
        for (Set<Waiting> waiting : List.of(first, second)) {
            Iterator<Waiting> longest = waiting.iterator();
            for (int i = 0; i < COMPARED && longest.hasNext(); i++) {
                Waiting one = longest.next();
                Connection connection = one.connection();
                boolean isBrief = nowNanos - one.movedNanos() < BRIEF_NANOS;
                boolean isSpared =
                        isBrief && connection.stalled <= FEW && connection.held <= FEW * (long) REQUEST_BYTES;
                long keeps = byBytes ? connection.held : connection.stalled;
                long weight = isBrief ? keeps : keeps + Integer.MAX_VALUE;
                if (!isSpared && weight > most) {
                    worst = one;
                    most = weight;
                }
            }
        }
        return worst;
    }
}
