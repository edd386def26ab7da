package push;

/**
 * The numbers that the pattern itself needs; times are milliseconds, sizes bytes.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param heartbeatMs the silence after which a stream gets a heartbeat
 * @param stallMs how long a stream may take nothing while data is pending
 * @param pingMs how often a connection is asked for a sign of life
 * @param pingTimeoutMs how long that may take
 * @param idempotencyMs how long an idempotency key is remembered
 * @param retainMessages how many messages the log keeps, and how many keys are remembered
 * @param retainBytes how many bytes of them, encoded
 * @param loops how many event loops there are, which share what requests may hold
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
    /** How often a loop looks at its clock: often enough for the shortest of these times. */
    long tickMs() {
        int shortest = Math.min(Math.min(heartbeatMs, stallMs), Math.min(pingMs, pingTimeoutMs));
        return Math.max(5, Math.min(1_000, shortest / 8));
    }
}
