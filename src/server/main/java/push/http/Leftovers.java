package push.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

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
    private static final long SPAN_NANOS = 15_000_000_000L;
    private static final int SPANS = 5; // A minute, and the span that is running.

    /** Those of all connections of an IO thread. */
    static final class Total {
        private final int most;
        private final List<Leftovers> connections = new ArrayList<>();
        private int all;

        /** None yet, and no more than so many. */
        Total(int most) {
            this.most = most;
        }

        /** Ends the connection that leaves most, if there are too many. */
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

    /** None yet, of a connection that this ends. */
    Leftovers(Total total, Runnable end, long nowNanos) {
        this.total = total;
        this.end = end;
        total.connections.add(this);
        this.spanNanos = nowNanos;
    }

    /** One more, for a minute. */
    void add() {
        spans[span]++;
        addLasting();
        total.look();
    }

    /** One more, until the connection ends. */
    void addLasting() {
        all++;
        total.all++;
    }

    private void endConnection() {
        clear();
        end.run();
    }

    /** The connection has ended. */
    void close() {
        clear();
        total.connections.remove(this);
    }

    private void clear() {
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
