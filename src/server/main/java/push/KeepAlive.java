package push;

/**
 * Whether a connection's peer still lives: it is asked now and then, and must answer in time.
 *
 * <p><b>Threads:</b> confined to its connection's event loop.
 */
final class KeepAlive {
    /** What is to be done. */
    enum Verdict {
        GO_ON,
        PING,
        DEAD
    }

    private final long pingNanos;
    private final long timeoutNanos;
    private long heardNanos;
    private long pingedNanos;

    KeepAlive(Settings settings, long nowNanos) {
        this.pingNanos = settings.pingMs() * 1_000_000L;
        this.timeoutNanos = settings.pingTimeoutMs() * 1_000_000L;
        this.heardNanos = nowNanos;
        this.pingedNanos = nowNanos;
    }

    /** Something has come in: the peer lives. */
    void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    /** Looks at the clock; whoever is told to PING does so. */
    Verdict tick(long nowNanos) {
        boolean answered = heardNanos - pingedNanos >= 0;
        long sincePing = nowNanos - pingedNanos;
        if (!answered) {
            return sincePing >= timeoutNanos ? Verdict.DEAD : Verdict.GO_ON;
        }
        if (sincePing < pingNanos) {
            return Verdict.GO_ON;
        }
        pingedNanos = nowNanos;
        return Verdict.PING;
    }
}
