package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A body of padding alone, whose client leaves while the server returns its window. */
final class PaddedBodyTest {
    private static final int FRAMES = 140; // Of 256 bytes: more than half of a window, which is then returned.
    private static final int TIMES = 100; // In some of them the server writes to a client that has gone.

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    private final Logger root = Logger.getLogger("");
    private final List<LogRecord> traces = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            if (line.getThrown() != null) {
                traces.add(line);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        root.addHandler(handler);
    }

    @AfterEach
    void stop() {
        root.removeHandler(handler);
    }

    @LikelyCause("Undertow wraps what fails when it gives the window back, and no reader of bodies expects that.")
    @Test
    void clientThatLeavesAmidItsPaddingEndsItsRequestInSilence() {
        for (int i = 0; i < TIMES; i++) {
            var client = server.raw();
            int post = client.request("POST", "/messages", false, "content-type", "application/json");
            var padding = new byte[256];
            padding[0] = (byte) 255;
            var frames = new Frame[FRAMES];
            Arrays.fill(frames, new Frame(Frame.DATA, Frame.PADDED, post, padding));

            client.send(frames);
            client.close();
        }

        server.post("ann", "after them");
        assertEquals(List.of("after them"), bystanders.texts());
        assertEquals(
                List.of(),
                traces.stream()
                        .map(line -> line.getThrown().toString())
                        .distinct()
                        .toList());
    }
}
