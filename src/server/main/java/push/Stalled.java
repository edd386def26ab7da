package push;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a shard that wait for their clients, those that have waited longest first.
 *
 * <p>It exists because each of them keeps buffers. When memory gets tight some must go, and it is known which: of those
 * that have waited longest, the ones whose connection has most of them.
 *
 * <p><b>Threads:</b> confined to its shard's IO thread.
 */
final class Stalled {
    /** How many of the longest are compared. */
    private static final int COMPARED = 64;

    /** How many go in one go: what they free is more than what a stream takes meanwhile. */
    private static final int AT_ONCE = 8;

    private final MemoryBudget memory;
    private final Set<Subscriber> waiting = new LinkedHashSet<>();

    Stalled(MemoryBudget memory) {
        this.memory = memory;
    }

    void add(Subscriber stream) {
        if (waiting.add(stream)) {
            stream.connection().stalled++;
        }
    }

    void remove(Subscriber stream) {
        if (waiting.remove(stream)) {
            stream.connection().stalled--;
        }
    }

    /** Ends some streams, if memory is tight. */
    void relieve() {
        for (int i = 0; i < AT_ONCE && !waiting.isEmpty() && memory.isTight(); i++) {
            Subscriber stream = worst();
            if (stream != null) {
                stream.connection().letGo(stream);
            }
        }
    }

    private @Nullable Subscriber worst() {
        Subscriber worst = null;
        Iterator<Subscriber> longest = waiting.iterator();
        for (int i = 0; i < COMPARED && longest.hasNext(); i++) {
            Subscriber stream = longest.next();
            if (worst == null || stream.connection().stalled > worst.connection().stalled) {
                worst = stream;
            }
        }
        return worst;
    }
}
