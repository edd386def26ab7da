package push.http;

/**
 * How much of its time an IO thread gives to what comes in: at most three quarters.
 *
 * <p>It exists because an IO thread goes on reading as long as anything is there, one frame of each connection after
 * another, and looks neither at its timers nor at other sockets before. When the time is used up, all reading waits for
 * the next window, which is the same for everybody: the rounds, and the one frame of an honest client, get their turn.
 *
 * <p><b>Threads:</b> confined to its shard's IO thread.
 */
final class Turns {
    private static final long WINDOW_NANOS = 20_000_000;
    private static final long MAX_NANOS = WINDOW_NANOS * 3 / 4;

    private long beganNanos = System.nanoTime();
    private long usedNanos;

    /** The milliseconds to wait before anything may be read; 0: now. */
    long waitMs(long nowNanos) {
        if (nowNanos - beganNanos >= WINDOW_NANOS) {
            beganNanos = nowNanos;
            usedNanos = 0;
        }
        return usedNanos < MAX_NANOS ? 0 : 1 + (WINDOW_NANOS - (nowNanos - beganNanos)) / 1_000_000;
    }

    /** Something has been read and dealt with. */
    void used(long nanos) {
        usedNanos += nanos;
    }
}
