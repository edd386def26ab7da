package push.http;

import java.util.ArrayDeque;
import java.util.Deque;
import push.EventLoop;

/**
 * Decides which connection of an IO thread may read next. All of them together read for at most three quarters of the
 * time. Connections that have read little come first; the others take turns.
 *
 * <p>It exists because an IO thread reads while any input is available, before it serves its timers or other sockets.
 * Without an order, a connection that always has input could read again and again while others wait. An honest client
 * sends little, so its request does not wait for those of busy connections, however many there are.
 *
 * <p><b>Threads:</b> confined to its shard's IO thread.
 */
final class Turns {
    /** After this much rest is owed, connections wait; a third of the time spent on reading is owed. */
    private static final long REST_NANOS = 2_000_000;

    private static final int READING_PER_REST = 3;

    /** A connection has read little if it has spent at most this much, of which it regains a hundredth of the time. */
    private static final long LITTLE_NANOS = 10_000_000;

    private static final int REGAINING = 100;

    /** Half of it is left to a new connection, so that returning often does not help. */
    private static final long NEW_NANOS = LITTLE_NANOS / 2;

    private static final long MOST_NANOS = 50 * LITTLE_NANOS;

    /** A longer turn was probably interrupted by other work, such as garbage collection. */
    private static final long LONG_NANOS = 2_000_000;

    private static final long SHORT_NANOS = 50_000;

    /** The turns of one connection. */
    final class Share {
        private final Runnable turn;
        private long spentNanos = NEW_NANOS;
        private long lookedNanos = loop.nanoTime();
        private long lastNanos = SHORT_NANOS; // How long its last turn took.
        private boolean waits;
        private boolean granted;

        private Share(Runnable turn) {
            this.turn = turn;
        }

        /** Returns whether the connection may read now. If not, its turn will come. */
        boolean isNow() {
            long nowNanos = loop.nanoTime();
            if (granted) {
                granted = false;
                return true;
            }
            if (waits) {
                return false;
            }
            boolean isLight = isLight(nowNanos);
            long rest = owed(nowNanos);
            if (light.isEmpty() && (isLight ? rest < 2 * REST_NANOS : rest < REST_NANOS && busy.isEmpty())) {
                return true;
            }
            waits = true;
            (isLight ? light : busy).add(this);
            plan(rest);
            return false;
        }

        private boolean isLight(long nowNanos) {
            spentNanos = Math.max(0, spentNanos - (nowNanos - lookedNanos) / REGAINING);
            lookedNanos = nowNanos;
            return spentNanos <= LITTLE_NANOS;
        }

        /** Records that the connection has been reading since then. */
        void read(long sinceNanos) {
            long nowNanos = loop.nanoTime();
            lastNanos = Math.max(SHORT_NANOS, nowNanos - sinceNanos);
            spentNanos = Math.min(MOST_NANOS, spentNanos + Math.min(LONG_NANOS, nowNanos - sinceNanos));
            owed(sinceNanos);
            owedNanos += (nowNanos - sinceNanos) / READING_PER_REST;
            atNanos = nowNanos;
        }
    }

    private final EventLoop loop;
    private final Deque<Share> light = new ArrayDeque<>(); // Those that wait, longest first: that have read little,
    private final Deque<Share> busy = new ArrayDeque<>(); // and the others.
    private long owedNanos; // Rest that is owed.
    private long atNanos; // When it was.
    private boolean planned;

    Turns(EventLoop loop) {
        this.loop = loop;
        this.atNanos = loop.nanoTime();
    }

    /** Adds a connection; {@code turn} makes it ask again. */
    Share share(Runnable turn) {
        return new Share(turn);
    }

    /** Returns the rest that is owed. Time that is not spent on reading pays it off. */
    private long owed(long nowNanos) {
        owedNanos = Math.max(0, owedNanos - Math.max(0, nowNanos - atNanos));
        atNanos = Math.max(atNanos, nowNanos);
        return owedNanos;
    }

    private void plan(long rest) {
        if (!planned) {
            planned = true;
            loop.executeAfter(this::grant, 1 + rest / 1_000_000);
        }
    }

    /** Gives turns to those that have waited longest, as many as will probably fit. One is always a busy one. */
    private void grant() {
        planned = false;
        long rest = owed(loop.nanoTime());
        try {
            if (rest < REST_NANOS / 2) {
                grant((REST_NANOS - rest) * READING_PER_REST);
            }
        } finally {
            if (!light.isEmpty() || !busy.isEmpty()) {
                plan(rest);
            }
        }
    }

    private void grant(long nanos) {
        long left = nanos;
        Share next = busy.isEmpty() ? light.poll() : busy.poll();
        while (next != null) {
            next.waits = false;
            next.granted = true;
            left -= next.lastNanos;
            next.turn.run();
            next = left <= 0 ? null : light.isEmpty() ? busy.poll() : light.poll();
        }
    }
}
