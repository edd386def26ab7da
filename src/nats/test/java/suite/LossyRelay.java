package suite;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A relay to a NATS server that loses messages of the stream, on their way there or back, and nothing else: the connection
 * stays, NATS's heartbeats come, and what is asked is answered.
 *
 * <p><b>Threads:</b> any thread.
 */
final class LossyRelay implements AutoCloseable {
    /** What a line begins with that announces a message of the stream; its last word is the number of bytes that follow. */
    private static final String MESSAGE = "HMSG push.messages ";

    /** The same for a message that one of our servers publishes. */
    private static final String PUBLISHED = "HPUB push.messages ";

    private final AtomicInteger toLose = new AtomicInteger();
    private volatile boolean losesPublished;
    private final Relay relay;

    private LossyRelay(int port) {
        relay = Relay.to(
                port,
                (from, out) -> filter(from, out, line -> losesPublished && line.startsWith(PUBLISHED)),
                (from, out) -> filter(from, out, this::isToLose));
    }

    static LossyRelay to(int port) {
        return new LossyRelay(port);
    }

    String url() {
        return "nats://127.0.0.1:" + relay.port();
    }

    /** Loses so many messages from now on. */
    void lose(int messages) {
        toLose.set(messages);
    }

    /** How many messages it has yet to lose. */
    int toLose() {
        return toLose.get();
    }

    /** Loses all that our servers publish from now on. */
    void losePublished() {
        losesPublished = true;
    }

    private boolean isToLose(String line) {
        return line.startsWith(MESSAGE) && toLose.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }

    private static void filter(InputStream from, OutputStream out, Predicate<String> lost) throws IOException {
        var in = new BufferedInputStream(from);
        for (var line = line(in); !line.isEmpty(); line = line(in)) {
            var whole = new ByteArrayOutputStream();
            whole.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
            if (line.matches("(?s)H?(MSG|PUB) .*")) {
                var words = line.strip().split(" ");
                whole.writeBytes(in.readNBytes(Integer.parseInt(words[words.length - 1]) + 2));
            }
            if (!lost.test(line)) {
                whole.writeTo(out);
            }
        }
    }

    /** A line with its end, or nothing at the end of the connection. */
    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            line.write(b);
            if (b == '\n') {
                break;
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        relay.close();
    }
}
