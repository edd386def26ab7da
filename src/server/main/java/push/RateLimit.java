package push;

/**
 * A token bucket: it allows a burst, then a fixed number per second.
 *
 * <p>The bucket can be in debt, so that something that costs more than a whole burst is possible too.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
public final class RateLimit {
    private final double perSecond;
    private final double burst;
    private double tokens;
    private long filledNanos;

    /** Creates a full bucket. If either number is 0, there is no limit. */
    public RateLimit(int perSecond, int burst, long nowNanos) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.tokens = burst;
        this.filledNanos = nowNanos;
    }

    /** Takes a token if one is available. Returns 0 if it did, or else the milliseconds until a token is available. */
    public long take(long nowNanos) {
        long waitMs = waitMs(nowNanos);
        tokens -= waitMs == 0 ? 1 : 0;
        return waitMs;
    }

    /**
     * Takes more tokens for something that has one already, unless the bucket is in debt. Those that are missing are
     * owed. Returns 0 if it took them, or else the milliseconds until {@link #take} finds a token.
     */
    public long takeMore(int more, long nowNanos) {
        long waitMs = waitMs(nowNanos);
        if (waitMs > 0 && tokens < 0) {
            return waitMs;
        }
        tokens -= more;
        return 0;
    }

    /** Returns what {@link #take} would return, without taking a token. */
    public long waitMs(long nowNanos) {
        if (perSecond == 0 || burst == 0) {
            return 0;
        }
        tokens = Math.min(burst, tokens + (nowNanos - filledNanos) * perSecond / 1e9);
        filledNanos = nowNanos;
        if (tokens >= 1) {
            return 0;
        }
        return (long) Math.ceil((1 - tokens) * 1000 / perSecond);
    }
}
