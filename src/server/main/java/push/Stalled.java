package push;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The work on one shard that waits for clients: unread responses, unread streams and incomplete request content. The
 * longest waits come first.
 *
 * <p>It exists because all of it holds memory. When memory is tight, some of it must end. Of those that have waited
 * longest, the shard ends the ones whose connection holds most.
 *
 * <p><b>Threads:</b> confined to its shard's event loop.
 */
public final class Stalled {
    /** A response, stream or request that waits for its client. */
    public interface Waiting {
        /** Returns the totals of its connection. */
        Tally tally();

        /** Returns the time of its last progress. */
        long movedNanos();

        /** Ends it because its memory is needed. The implementation must remove it from this object. */
        void letGo();
    }

    /** The totals of one connection. */
    public static final class Tally {
        private int waiting; // The number of its streams and responses that wait.
        private long held; // The heap held by its waiting requests.
    }

    /** Heap per request in progress, including everything it references: measured, then doubled. */
    public static final int REQUEST_BYTES = 6_000;

    /** The number of longest waits that are compared. */
    private static final int COMPARED = 64;

    /** The maximum number ended in one step. Ending them frees more than arrives in the meantime. */
    private static final int AT_ONCE = 8;

    /** The maximum number ended in one tick. What this shard holds may cause other shards to refuse streams. */
    private static final int AT_A_TICK = 500;

    /** A shorter wait may be normal network delay, so it is spared unless its connection holds a lot. */
    private static final long BRIEF_NANOS = 200_000_000;

    private static final int FEW = 16;

    private final EventLoop loop;
    private final Stats stats;
    private final long maxHeld;
    private long held; // The heap held by all waiting requests.
    private final Set<Waiting> answers = new LinkedHashSet<>();
    private final Set<Waiting> bodies = new LinkedHashSet<>();
    private final Set<Waiting> streams = new LinkedHashSet<>();

    Stalled(EventLoop loop, Stats stats, int shards) {
        this.loop = loop;
        this.stats = stats;
        this.maxHeld = stats.maxHeldBytes(shards);
    }

    /** Adds a response that the client is not reading. Does nothing if it was already added. */
    public void addAnswer(Waiting answer) {
        count(answer, answers.add(answer), 1);
    }

    /** Removes a response that no longer waits. */
    public void removeAnswer(Waiting answer) {
        count(answer, answers.remove(answer), -1);
    }

    /** Adds a request whose content is arriving. */
    public void addBody(Waiting body) {
        bodies.add(body);
    }

    /** Removes a request whose content has arrived or will not arrive. */
    public void removeBody(Waiting body) {
        bodies.remove(body);
    }

    /** Adds a stream that the client is not reading. */
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

    /** Returns the number of waiting streams. */
    int streams() {
        return streams.size();
    }

    /** Adds to the bytes held by waiting requests; a negative number releases bytes. */
    public void hold(Tally connection, long bytes) {
        held += bytes;
        connection.held += bytes;
    }

    /** Returns the heap bytes held by waiting requests. */
    long held() {
        return held;
    }

    /** Returns whether so much is held that a request should fail instead of waiting for its client. */
    public boolean isHalfFull() {
        return held > maxHeld / 2;
    }

    /** Ends a few of them if memory is tight. */
    public void relieve() {
        relieve(AT_ONCE);
    }

    /** Ends up to {@value #AT_A_TICK} of them at a tick if memory is tight. */
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
