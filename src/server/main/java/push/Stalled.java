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
 * <p><b>Threads:</b> confined to its shard's event loop.
 */
public final class Stalled {
    /** Something that waits for its client. */
    public interface Waiting {
        /** What its connection keeps. */
        Tally tally();

        /** When something of it has moved last. */
        long movedNanos();

        /** Ends it because its memory is needed: it is to be removed from here by that. */
        void letGo();
    }

    /** What one connection keeps. */
    public static final class Tally {
        private int waiting; // How many of its streams and answers wait.
        private long held; // Heap that its requests take which wait.
    }

    /** Heap for a request in hand, with what it reaches: measured, and doubled. */
    public static final int REQUEST_BYTES = 6_000;

    /** How many of the longest are compared. */
    private static final int COMPARED = 64;

    /** How many go in one go: what they free is more than what comes meanwhile. */
    private static final int AT_ONCE = 8;

    /** How many go at a tick, which may find another shard's streams refused for what this one keeps. */
    private static final int AT_A_TICK = 500;

    /** What has waited no longer may be on its way to an honest client, and stays, unless there is much of it. */
    private static final long BRIEF_NANOS = 200_000_000;

    private static final int FEW = 16;

    private final EventLoop loop;
    private final Stats stats;
    private final long maxHeld;
    private long held; // Heap that requests in hand take which wait.
    private final Set<Waiting> answers = new LinkedHashSet<>();
    private final Set<Waiting> bodies = new LinkedHashSet<>();
    private final Set<Waiting> streams = new LinkedHashSet<>();

    Stalled(EventLoop loop, Stats stats, int shards) {
        this.loop = loop;
        this.stats = stats;
        this.maxHeld = stats.maxHeldBytes(shards);
    }

    /** An answer is not read; harmless the second time. */
    public void addAnswer(Waiting answer) {
        count(answer, answers.add(answer), 1);
    }

    /** It waits no longer. */
    public void removeAnswer(Waiting answer) {
        count(answer, answers.remove(answer), -1);
    }

    /** A body comes in. */
    public void addBody(Waiting body) {
        bodies.add(body);
    }

    /** It has come, or will not. */
    public void removeBody(Waiting body) {
        bodies.remove(body);
    }

    /** A stream is not read. */
    void add(Waiting stream) {
        count(stream, streams.add(stream), 1);
    }

    void remove(Waiting stream) {
        count(stream, streams.remove(stream), -1);
    }

    private static void count(Waiting one, boolean changed, int by) {
        if (changed) {
            one.tally().waiting += by;
        }
    }

    /** How many streams wait. */
    int streams() {
        return streams.size();
    }

    /** A request that waits takes so many bytes more, or gives them back: less than 0. */
    public void hold(Tally connection, long bytes) {
        held += bytes;
        connection.held += bytes;
    }

    /** How many bytes of heap requests take that wait. */
    long held() {
        return held;
    }

    /** Whether so much is held that a request had better end than wait for its client. */
    public boolean isHalfFull() {
        return held > maxHeld / 2;
    }

    /** Ends some of them, if memory is tight. */
    public void relieve() {
        relieve(AT_ONCE);
    }

    /** The same, by the clock. */
    void tick() {
        relieve(AT_A_TICK);
    }

    private void relieve(int most) {
        boolean some = true;
        for (int i = 0; i < most && some && !(answers.isEmpty() && streams.isEmpty()) && stats.isMemoryTight(); i++) {
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

    private @Nullable Waiting worst(Set<Waiting> first, Set<Waiting> second, boolean byBytes) {
        long nowNanos = loop.nanoTime();
        Waiting worst = null;
        long most = -1;
        for (Set<Waiting> waiting : List.of(first, second)) {
            Iterator<Waiting> longest = waiting.iterator();
            for (int i = 0; i < COMPARED && longest.hasNext(); i++) {
                Waiting one = longest.next();
                Tally tally = one.tally();
                boolean isBrief = nowNanos - one.movedNanos() < BRIEF_NANOS;
                boolean isSpared = isBrief && tally.waiting <= FEW && tally.held <= FEW * (long) REQUEST_BYTES;
                long keeps = byBytes ? tally.held : tally.waiting;
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
