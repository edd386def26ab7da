package push;

/**
 * One client's connection, on which its streams are sent.
 *
 * <p>The second of the pattern's three seams to the network. Where a protocol lacks something, such as PING in HTTP/1.1, its
 * transport says so or does nothing.
 *
 * <p><b>Threads:</b> confined to its connection's event loop.
 */
public interface Transport {
    /** From now on, what the streams flush is kept. */
    void hold();

    /** Sends what was kept, all of it together; harmless if nothing is held. */
    void release();

    /** Whether the peer answers a PING, or sends other signs of life. */
    boolean canPing();

    /** Asks the peer for a sign of life. */
    void ping();

    /** Whether something is queued that TCP does not take. */
    boolean isJammed();

    /** Whether the window that all streams of the connection share (RFC 9113, 6.9.1) is used up, and it is not TCP that is. */
    boolean isWindowUsedUp();

    /** The number of the stream that most likely holds that window; -1 if it cannot be told. */
    int windowHolder();

    /** Ends what holds that window if it is no stream: an answer that is not read. */
    void endWindowHolder(int id);

    /** Looks at the clock for what is not the pattern's: answers that are not read, and closings that wait. */
    void tick(long nowNanos);

    /** Refuses every request that is still coming in. */
    void refuseIncoming();

    /** Tells the peer that the connection is over, which ends what has not ended by itself. */
    void goAway();

    /** Closes the connection without a word. */
    void abort();
}
