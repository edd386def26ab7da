package push;

import java.util.Arrays;

/**
 * How many HTTP/2 streams of one connection were reset and are kept by Undertow, some for a minute and some until the
 * connection ends.
 *
 * <p>It exists because no more than a shell is left of such a stream, and yet a client that has its streams reset without end
 * fills the heap with shells.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Leftovers {
    /** Heap for each: measured, and rounded up. */
    static final int BYTES = 1_000;

    private static final long SPAN_NANOS = 15_000_000_000L;
    private static final int SPANS = 5; // A minute, and the span that is running.

    /** Those of all connections of a shard. */
    static final class Total {
        private final int most;
        private int all;

        /** None yet, and no more than so many. */
        Total(int most) {
            this.most = most;
        }

        boolean isTooMany() {
            return all > most;
        }
    }

    private final Total total;
    private final int[] spans = new int[SPANS];
    private int span;
    private long spanNanos;
    private int all;

    Leftovers(Total total, long nowNanos) {
        this.total = total;
        this.spanNanos = nowNanos;
    }

    /** One more, for a minute. */
    void add() {
        spans[span]++;
        addLasting();
    }

    /** One more, until the connection ends. */
    void addLasting() {
        all++;
        total.all++;
    }

    int all() {
        return all;
    }

    /** The connection has ended, or is about to. */
    void clear() {
        total.all -= all;
        all = 0;
        Arrays.fill(spans, 0);
    }

    /** Counts no longer what is older than a minute; true if Undertow, too, should forget it. */
    boolean tick(long nowNanos) {
        boolean some = false;
        while (nowNanos - spanNanos >= SPAN_NANOS) {
            spanNanos += SPAN_NANOS;
            span = (span + 1) % SPANS;
            some |= spans[span] > 0;
            all -= spans[span];
            total.all -= spans[span];
            spans[span] = 0;
        }
        return some;
    }
}
