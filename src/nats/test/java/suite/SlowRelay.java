package suite;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * A relay to a NATS server that delays every byte, stops for a while, and loses its connections.
 *
 * <p><b>Threads:</b> any thread.
 */
final class SlowRelay implements AutoCloseable {
    private final int delayMs;
    private final Relay relay;
    private volatile long stalledUntilNanos = System.nanoTime();

    private SlowRelay(int port, int delayMs) {
        this.delayMs = delayMs;
        this.relay = Relay.to(port, this::carry, this::carry);
    }

    static SlowRelay to(int port, int delayMs) {
        return new SlowRelay(port, delayMs);
    }

    int port() {
        return relay.port();
    }

    /** Nothing goes through for so long, either way. */
    void stall(Duration time) {
        stalledUntilNanos = System.nanoTime() + time.toNanos();
    }

    /** Ends all present connections. */
    void reset() {
        relay.reset();
    }

    private void carry(InputStream in, OutputStream out) throws IOException {
        var buffer = new byte[4_096];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            long stalledMs = (stalledUntilNanos - System.nanoTime()) / 1_000_000;
            Deadline.pause(Duration.ofMillis(delayMs + Math.max(0, stalledMs)));
            out.write(buffer, 0, length);
        }
    }

    @Override
    public void close() {
        relay.reset();
        relay.close();
    }
}
