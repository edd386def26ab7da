package push.http;

/**
 * How much a client may ask of the server that brings nothing: frames that cost nothing to send, and requests that are
 * refused.
 *
 * <p>It exists because such a client costs the server more than itself (RFC 9113, 10.5). A client that is sent messages earns
 * more than the frames with which it takes them, so a proxy with a thousand streams never gets here.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class FrameBudget {
    /** What is to be done with a connection. */
    enum Verdict {
        GO_ON,
        /** Nothing is to be read from it for {@link #REST_MS}. */
        REST,
        /** It has been told to rest too often: ENHANCE_YOUR_CALM. */
        END
    }

    static final int REST_MS = 100;

    /** What a connection begins with, and what it gets back each second. */
    static final int FULL = 2_000;

    static final int PER_SECOND = 200;

    /** What a frame of a stream's DATA and an answer that is no refusal are worth. */
    static final int EARNED = 4;

    static final int REFUSED = 4;

    /** The most that can be earned: a storm's windows are opened when it is over. */
    static final int MOST = 200_000;

    /** How often it rests before it is ended, unless half of the budget has come back meanwhile. */
    static final int MAX_RESTS = 20;

    /** DATA of this length has cost its sender enough; a window bounds how much of it comes. */
    static final int LONG_DATA = 256;

    /** As much of a head as costs what a frame does. */
    static final int HEAD_BYTES = 2_048;

    private double left = FULL;
    private long filledNanos;
    private int rests;

    FrameBudget(long nowNanos) {
        this.filledNanos = nowNanos;
    }

    /** The connection has done so many things for which it was made. */
    void earn(int things) {
        left = Math.min(MOST, left + things * EARNED);
    }

    /** A frame begins. */
    Verdict frame(int type, int length, long nowNanos) {
        return type == FrameGate.DATA && length >= LONG_DATA ? Verdict.GO_ON : spend(1, nowNanos);
    }

    /** A head was decoded: HPACK can make megabytes of a few bytes. */
    Verdict decoded(int bytes, long nowNanos) {
        return spend(bytes / HEAD_BYTES, nowNanos);
    }

    /** A request was refused. */
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
