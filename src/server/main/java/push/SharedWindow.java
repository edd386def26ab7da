package push;

/**
 * Tracks an HTTP/2 connection's flow-control window: whether it is exhausted, since when, and by which stream.
 *
 * <p>It exists so that one stalled reader does not end the other streams of its connection. The stream that holds the
 * window is closed first, and the other streams' stall clocks restart when the window opens.
 *
 * <p><b>Threads:</b> confined to its connection's event loop.
 */
final class SharedWindow {
    /** While the window stays exhausted, streams survive for this many stall times instead of one. */
    private static final int MAX_STALLS = 3;

    private final Transport transport;
    private final long stallNanos;
    private boolean isBlocked;
    private long blockedNanos; // When blocking began, or when a holder was last closed.
    private long freedNanos;

    SharedWindow(Transport transport, int stallMs, long nowNanos) {
        this.transport = transport;
        this.stallNanos = stallMs * 1_000_000L;
        this.freedNanos = nowNanos - stallNanos;
    }

    /**
     * Checks the clock.
     *
     * @return the stream to close because it has held the window for too long, or -1 if there is none
     */
    int tick(long nowNanos) {
        if (!transport.isWindowUsedUp()) {
            freedNanos = isBlocked ? nowNanos : freedNanos;
            isBlocked = false;
        } else if (!isBlocked) {
            isBlocked = true;
            blockedNanos = nowNanos;
        } else if (nowNanos - blockedNanos >= stallNanos) {
            blockedNanos = nowNanos;
            return transport.windowHolder();
        }
        return -1;
    }

    /** Returns whether a stream that last made progress at {@code movedNanos} has stalled for too long. */
    boolean isStalled(long movedNanos, long nowNanos) {
        return isBlocked
                ? nowNanos - movedNanos >= MAX_STALLS * stallNanos
                : nowNanos - movedNanos >= stallNanos && nowNanos - freedNanos >= stallNanos;
    }
}
