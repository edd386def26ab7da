package push;

/**
 * One client's connection, on which its streams are sent.
 *
 * <p>The second of the pattern's three interfaces to the network. If a protocol lacks a feature, such as PING in
 * HTTP/1.1, its transport reports that or does nothing.
 *
 * <p><b>Threads:</b> confined to its connection's event loop.
 */
public interface Transport {
    /** Holds back flushed bytes until {@link #release}. */
    void hold();

    /** Sends all held bytes together. Does nothing if none are held. */
    void release();

    /** Returns whether the peer responds to PING or gives other signs of life. */
    boolean canPing();

    /** Asks the peer for a sign of life. */
    void ping();

    /** Returns whether queued bytes wait because TCP accepts no more. */
    boolean isJammed();

    /** Returns whether the connection's flow-control window (RFC 9113, 6.9.1) is exhausted and TCP is not the cause. */
    boolean isWindowUsedUp();

    /** Returns the stream that most likely holds that window, or -1 if it cannot be determined. */
    int windowHolder();

    /** Ends the holder of that window if it is an unread response and not a stream. */
    void endWindowHolder(int id);

    /** Runs periodic checks outside the pattern: unread responses and pending closes. */
    void tick(long nowNanos);

    /** Refuses every request that has not fully arrived. */
    void refuseIncoming();

    /** Tells the peer that the connection is closing. Streams that are still open end with it. */
    void goAway();

    /** Closes the connection without notice. */
    void abort();
}
