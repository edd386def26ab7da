package push.http;

/**
 * Limits a client's useless work for the server: frames that are cheap to send, and requests that are refused.
 *
 * <p>It exists because such a client costs the server more than itself (RFC 9113, 10.5). A client that receives
 * messages earns more budget than its frames for receiving them cost, so a proxy with a thousand streams never exhausts
 * it.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class FrameBudget {
    /** The action to take on a connection. */
    enum Verdict {
        GO_ON,
        /** Stop reading from it for {@link #REST_MS}. */
        REST,
        /** It has had to rest too often: end it with ENHANCE_YOUR_CALM. */
        END
    }

    static final int REST_MS = 100;

    /** The initial budget of a connection, and the amount restored each second. */
    static final int FULL = 2_000;

    static final int PER_SECOND = 200;

    /** The budget earned by a DATA frame sent on a stream, and by a response that is not a refusal. */
    static final int EARNED = 4;

    static final int REFUSED = 4;

    /** The maximum that can be earned. After a burst of messages, the client sends many WINDOW_UPDATE frames. */
    static final int MOST = 200_000;

    /** The number of rests before the connection is ended, unless half the budget is restored in the meantime. */
    static final int MAX_RESTS = 20;

    /** DATA of this length costs its sender enough; the flow-control window limits its amount. */
    static final int LONG_DATA = 256;

    /** The size of a header section that costs as much as one frame. */
    static final int HEAD_BYTES = 2_048;

    /** The number of streams whose windows a setting changes for the cost of one frame. */
    static final int WINDOWS = 8;

    private double left = FULL;
    private long filledNanos;
    private int rests;

    FrameBudget(long nowNanos) {
        this.filledNanos = nowNanos;
    }

    /** Adds budget for this many useful actions of the connection. */
    void earn(int things) {
        left = Math.min(MOST, left + things * EARNED);
    }

    /** Spends budget for a frame that begins. */
    Verdict frame(int type, int length, long nowNanos) {
        return type == FrameGate.DATA && length >= LONG_DATA ? Verdict.GO_ON : spend(1, nowNanos);
    }

    /** Spends budget for a decoded header section: HPACK can expand a few bytes to megabytes. */
    Verdict decoded(int bytes, long nowNanos) {
        return spend(bytes / HEAD_BYTES, nowNanos);
    }

    /** Spends budget for a setting that changes the windows of this many streams, each of which may then send. */
    Verdict windows(int streams, long nowNanos) {
        return spend(streams / WINDOWS, nowNanos);
    }

    /** Spends budget for a refused request. */
    Verdict refused(long nowNanos) {
        return spend(REFUSED, nowNanos);
    }

    private Verdict spend(int cost, long nowNanos) {
        double back = (nowNanos - filledNanos) * PER_SECOND / 1e9;
        filledNanos = nowNanos;
        left = Math.max(left, Math.min(FULL, left + back)) - cost;
        if (left >= FULL / 2) {
            rests = 0;
        }
        if (left >= 0) {
            return Verdict.GO_ON;
        }
        return ++rests > MAX_RESTS ? Verdict.END : Verdict.REST;
    }
}
