package lesson13_floods;

/** So many at once, and then so many a second. It is filled when somebody asks, so no timer runs for it. */
final class Bucket {
    private final double perSecond;
    private final double burst;
    private double tokens;
    private long filledNanos;

    /** 0 a second: no bound. */
    Bucket(int perSecond, int burst, long nowNanos) {
        this.perSecond = perSecond;
        this.burst = burst;
        tokens = burst;
        filledNanos = nowNanos;
    }

    /** Takes a token. If there is none, nothing is taken, and the answer is the time until there will be one, in ms. */
    long take(long nowNanos) {
        if (perSecond == 0) {
            return 0;
        }
        tokens = Math.min(burst, tokens + (nowNanos - filledNanos) * perSecond / 1e9);
        filledNanos = nowNanos;
        if (tokens < 1) {
            return (long) Math.ceil((1 - tokens) * 1000 / perSecond);
        }
        tokens--;
        return 0;
    }
}
