package push;

/**
 * A bucket of tokens: it allows a burst, then so many a second.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
public final class RateLimit {
    private final double perSecond;
    private final double burst;
    private double tokens;
    private long filledNanos;

    /** A full bucket; 0, of either, means no limit. */
    public RateLimit(int perSecond, int burst, long nowNanos) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.tokens = burst;
        this.filledNanos = nowNanos;
    }

    /** Takes a token if there is one: 0, or the milliseconds until there will be. */
    public long take(long nowNanos) {
        long waitMs = waitMs(nowNanos);
        tokens -= waitMs == 0 ? 1 : 0;
        return waitMs;
    }

    /** The same, and takes nothing. */
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
