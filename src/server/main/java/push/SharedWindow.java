package push;

/**
 * The flow-control window of an HTTP/2 connection, which all its streams share: is it used up, since when, and by which?
 *
 * <p>It exists so that one reader that takes nothing does not end its siblings: the stream that holds the window goes first,
 * and the clocks of the others begin again when the window is free.
 *
 * <p><b>Threads:</b> confined to its connection's event loop.
 */
final class SharedWindow {
    /** A peer that gives nothing back may keep all its streams for so many times as long as one may stall. */
    private static final int MAX_STALLS = 3;

    private final Transport transport;
    private final long stallNanos;
    private boolean isBlocked;
    private long blockedNanos; // Since when, or since a holder was closed.
    private long freedNanos;

    SharedWindow(Transport transport, int stallMs, long nowNanos) {
        this.transport = transport;
        this.stallNanos = stallMs * 1_000_000L;
        this.freedNanos = nowNanos - stallNanos;
    }

    /**
     * Looks at the clock.
     *
     * @return the stream that is to be closed because it has held the window for too long; -1 if there is none
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

    /** Whether a stream that has moved last at this time has stood still for too long. */
    boolean isStalled(long movedNanos, long nowNanos) {
        return isBlocked
                ? nowNanos - movedNanos >= MAX_STALLS * stallNanos
                : nowNanos - movedNanos >= stallNanos && nowNanos - freedNanos >= stallNanos;
    }
}
