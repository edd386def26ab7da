package push;

/**
 * The flow-control window of an HTTP/2 connection, which all its streams share: is it used up, since when, and by which?
 *
 * <p>It exists so that one reader that takes nothing does not end its siblings: the stream that holds the window goes first,
 * and the clocks of the others begin again when the window is free.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class SharedWindow {
    /** A peer that gives nothing back may keep all its streams for so many times as long as one may stall. */
    private static final int MAX_STALLS = 3;

    private final FlowMeter meter;
    private final long stallNanos;
    private boolean isBlocked;
    private long blockedNanos; // Since when, or since a holder was closed.
    private long freedNanos;

    SharedWindow(FlowMeter meter, int stallMs) {
        this.meter = meter;
        this.stallNanos = stallMs * 1_000_000L;
        this.freedNanos = System.nanoTime() - stallNanos;
    }

    void add(int stream, int sent) {
        meter.add(stream, sent);
    }

    void remove(int stream) {
        meter.remove(stream);
    }

    /**
     * Looks at the clock.
     *
     * @param isJammed whether it is TCP that takes nothing
     * @return the stream that is to be closed, for it has held the window for too long; -1 if there is none
     */
    int tick(boolean isJammed, long nowNanos) {
        if (isJammed || !meter.isExhausted()) {
            freedNanos = isBlocked ? nowNanos : freedNanos;
            isBlocked = false;
        } else if (!isBlocked) {
            isBlocked = true;
            blockedNanos = nowNanos;
        } else if (nowNanos - blockedNanos >= stallNanos) {
            blockedNanos = nowNanos;
            return meter.holder();
        }
        return -1;
    }

    /** Whether a stream has stood still for too long that has moved last at this time. */
    boolean isStalled(long movedNanos, long nowNanos) {
        return isBlocked
                ? nowNanos - movedNanos >= MAX_STALLS * stallNanos
                : nowNanos - movedNanos >= stallNanos && nowNanos - freedNanos >= stallNanos;
    }
}
