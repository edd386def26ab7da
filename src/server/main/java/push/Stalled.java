package push;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The streams of a shard that wait for their clients, those that have waited longest first.
 *
 * <p>It exists because each of them keeps buffers. When memory gets tight some must go, and it is known which: of those
 * that have waited longest, the ones whose connection has most of them.
 *
 * <p><b>Threads:</b> confined to its shard's event loop.
 */
final class Stalled {
    /** How many of the longest are compared. */
    private static final int COMPARED = 64;

    /** How many go in one go: what they free is more than what a stream takes meanwhile. */
    private static final int AT_ONCE = 8;

    /** A connection, as far as it matters here. */
    interface Holder {
        /** How many of its streams wait. */
        int waiting();

        /** Ends a stream because memory is tight. */
        void letGo(Subscription stream);
    }

    private final Stats stats;
    private final Map<Subscription, Holder> waiting = new LinkedHashMap<>();

    Stalled(Stats stats) {
        this.stats = stats;
    }

    void add(Subscription stream, Holder holder) {
        waiting.put(stream, holder);
    }

    void remove(Subscription stream) {
        waiting.remove(stream);
    }

    int size() {
        return waiting.size();
    }

    /** Ends some streams, if memory is tight. */
    void relieve() {
        for (int i = 0; i < AT_ONCE && !waiting.isEmpty() && stats.isMemoryTight(); i++) {
            var worst = worst();
            worst.getValue().letGo(worst.getKey());
        }
    }

    private Map.Entry<Subscription, Holder> worst() {
        Iterator<Map.Entry<Subscription, Holder>> longest = waiting.entrySet().iterator();
        Map.Entry<Subscription, Holder> worst = longest.next();
        for (int i = 1; i < COMPARED && longest.hasNext(); i++) {
            var stream = longest.next();
            if (stream.getValue().waiting() > worst.getValue().waiting()) {
                worst = stream;
            }
        }
        return worst;
    }
}
