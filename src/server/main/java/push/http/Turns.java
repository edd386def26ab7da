package push.http;

/**
 * Limits the share of an IO thread's time that is spent on input to three quarters.
 *
 * <p>It exists because an IO thread reads while any input is available, one frame per connection in turn, before it
 * serves its timers or other sockets. When the time is used up, all reading waits for the next window, which is the
 * same for all connections. The rounds, and single frames of honest clients, therefore get their turn.
 *
 * <p><b>Threads:</b> confined to its shard's IO thread.
 */
final class Turns {
    private static final long WINDOW_NANOS = 20_000_000;
    private static final long MAX_NANOS = WINDOW_NANOS * 3 / 4;

    private long beganNanos = System.nanoTime();
    private long usedNanos;

    /** Returns the milliseconds to wait before reading, or 0. */
    long waitMs(long nowNanos) {
        if (nowNanos - beganNanos >= WINDOW_NANOS) {
            beganNanos = nowNanos;
            usedNanos = 0;
        }
        return usedNanos < MAX_NANOS ? 0 : 1 + (WINDOW_NANOS - (nowNanos - beganNanos)) / 1_000_000;
    }

    /** Counts the time spent on reading and processing input. */
    void used(long nanos) {
        usedNanos += nanos;
    }
}
