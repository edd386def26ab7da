package push;

import org.jspecify.annotations.Nullable;

/**
 * What the streams of a shard write together, while it goes out.
 *
 * <p>It exists so that a client that has many streams on one connection is sent a few TLS records and not one for each
 * stream: in a round, frames wait until there are some of them, or until it is another connection's turn.
 *
 * <p><b>Threads:</b> confined to its shard's IO thread.
 */
final class Round {
    /** Each takes two of Undertow's buffers while it waits; more of them would save little. */
    static final int MAX_HELD = 16;

    /** How long rounds may follow each other without a gap: an IO thread looks at its sockets only when it has no task. */
    private static final long MAX_BUSY_NANOS = 10_000_000;

    /** Whether another round follows without a gap, because the shard was woken during this one. */
    boolean followed;

    private long busySinceNanos;
    private boolean running;
    private @Nullable PushChannel holding;
    private int frames;

    /** Begins, unless there have been rounds for so long that the sockets and the timers must have their turn. */
    boolean begin(long nowNanos) {
        busySinceNanos = followed ? busySinceNanos : nowNanos;
        running = nowNanos - busySinceNanos < MAX_BUSY_NANOS;
        followed = false;
        return running;
    }

    void end() {
        running = false;
        release();
    }

    boolean isRunning() {
        return running;
    }

    /** A connection has one more frame to send. */
    void hold(PushChannel channel) {
        if (holding != channel) {
            release();
            holding = channel;
            frames = 0;
        }
        if (++frames == MAX_HELD) {
            release();
        }
    }

    private void release() {
        PushChannel channel = holding;
        holding = null;
        if (channel != null) {
            channel.release();
        }
    }
}
