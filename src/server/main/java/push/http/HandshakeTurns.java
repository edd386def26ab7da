package push.http;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import push.EventLoop;

/**
 * Decides when the handshakes on an IO thread go on. After a portion of work on them, the thread turns to its other
 * work, and the handshakes wait in a queue.
 *
 * <p>It exists because a handshake costs milliseconds, so those that begin together would keep the thread from
 * everything else. A handshake in the queue costs nothing until its turn. Handshakes that have begun and new ones take
 * turns, so that a storm of clients finishes the handshakes that it begins.
 *
 * <p><b>Threads:</b> confined to its IO thread.
 */
final class HandshakeTurns {
    /** A connection whose handshake has input. */
    interface Handshake {
        /** Stops reading, until {@link #goOn}. */
        void hold();

        /** Processes the input. Does nothing if the connection has been closed. */
        void goOn();

        /** Returns whether it has processed input before. */
        boolean hasBegun();
    }

    /** After this much work, the IO thread turns to its other work. */
    private static final long WORK_NANOS = 10_000_000;

    private static final int REST_MS = 1;

    private final EventLoop loop;
    private final Deque<Handshake> begun = new ArrayDeque<>(); // Those that wait, longest first: that have begun,
    private final Deque<Handshake> fresh = new ArrayDeque<>(); // and the others.
    private long workedNanos; // Since the last rest.
    private boolean rests; // Until a task that is planned.

    HandshakeTurns(EventLoop loop) {
        this.loop = loop;
    }

    /** Lets a handshake process its input, now or later. */
    void pass(Handshake handshake) {
        if (!rests) {
            work(handshake);
            return;
        }
        handshake.hold();
        (handshake.hasBegun() ? begun : fresh).add(handshake);
    }

    private void work(Handshake handshake) {
        long sinceNanos = loop.nanoTime();
        try {
            handshake.goOn();
        } finally {
            workedNanos += loop.nanoTime() - sinceNanos;
            if (workedNanos >= WORK_NANOS && !rests) {
                rest();
            }
        }
    }

    private void rest() {
        workedNanos = 0;
        rests = true;
        loop.executeAfter(this::resume, REST_MS);
    }

    private void resume() {
        rests = false;
        try {
            Handshake next = next(false);
            for (boolean isNew = true; next != null; isNew = !isNew) {
                work(next);
                next = rests ? null : next(isNew);
            }
        } finally {
            if (!rests && !(begun.isEmpty() && fresh.isEmpty())) { // One has failed.
                rest();
            }
        }
    }

    private @Nullable Handshake next(boolean isNew) {
        Handshake first = (isNew ? fresh : begun).poll();
        return first != null ? first : (isNew ? begun : fresh).poll();
    }
}
