package push.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Counts the reset HTTP/2 streams of one connection that Undertow still keeps, some for a minute and some until the
 * connection ends.
 *
 * <p>It exists because each such stream keeps only a small object, but a client that causes resets without end would
 * still fill the heap.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Leftovers {
    private static final long SPAN_NANOS = 15_000_000_000L;
    private static final int SPANS = 5; // A minute, and the current span.

    /** The total for all connections of an IO thread. */
    static final class Total {
        private final int most;
        private final List<Leftovers> connections = new ArrayList<>();
        private int all;

        /** Creates an empty total with this maximum. */
        Total(int most) {
            this.most = most;
        }

        /** If the maximum is exceeded, ends the connection with the most streams kept. */
        private void look() {
            if (all > most) {
                connections.stream()
                        .max(Comparator.comparingInt(connection -> connection.all))
                        .ifPresent(Leftovers::endConnection);
            }
        }
    }

    private final Total total;
    private final Runnable end;
    private final int[] spans = new int[SPANS];
    private int span;
    private long spanNanos;
    private int all;

    /** Creates an empty count for a connection, which {@code end} closes. */
    Leftovers(Total total, Runnable end, long nowNanos) {
        this.total = total;
        this.end = end;
        total.connections.add(this);
        this.spanNanos = nowNanos;
    }

    /** Adds a stream that is kept for a minute. */
    void add() {
        spans[span]++;
        addLasting();
    }

    /** Adds a stream that is kept until the connection ends, because flow control holds a frame of it. */
    void addLasting() {
        all++;
        total.all++;
        total.look();
    }

    private void endConnection() {
        clear();
        end.run();
    }

    /** Removes the count of a connection that has ended. */
    void close() {
        clear();
        total.connections.remove(this);
    }

    private void clear() {
        total.all -= all;
        all = 0;
        Arrays.fill(spans, 0);
    }

    /** Removes streams older than a minute from the count. Returns true if Undertow should also remove them. */
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
