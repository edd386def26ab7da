package push;

/**
 * The settings of the pattern itself. Times are in milliseconds, sizes in bytes.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param heartbeatMs how long a stream may be silent before it is sent a heartbeat
 * @param stallMs how long a stream may accept no bytes while data is pending
 * @param pingMs how often a connection's peer is pinged
 * @param pingTimeoutMs how long the peer has to respond
 * @param idempotencyMs how long an idempotency key is remembered
 * @param retainMessages how many messages the log retains, and how many keys are remembered
 * @param retainBytes how many encoded bytes the log retains, and how many the remembered messages may have
 * @param loops the number of event loops, which share the memory that requests may hold
 */
public record Settings(
        int heartbeatMs,
        int stallMs,
        int pingMs,
        int pingTimeoutMs,
        int idempotencyMs,
        int retainMessages,
        int retainBytes,
        int loops) {
    /** Returns the interval between clock checks, which is short enough for the shortest of these times. */
    long tickMs() {
        int shortest = Math.min(Math.min(heartbeatMs, stallMs), Math.min(pingMs, pingTimeoutMs));
        return Math.max(5, Math.min(1_000, shortest / 8));
    }
}
