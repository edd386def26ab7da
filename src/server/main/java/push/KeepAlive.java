package push;

/**
 * Decides whether a connection's peer is alive. The peer is pinged at intervals and must respond in time.
 *
 * <p><b>Threads:</b> confined to its connection's event loop.
 */
final class KeepAlive {
    /** The action that the caller must take. */
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

    /** Records that the peer has sent something and is therefore alive. */
    void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    /** Checks the clock. If the result is PING, the caller must send one. */
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
