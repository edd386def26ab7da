package suite;

import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A stream that has left is not only counted out: nothing of it stays in memory. */
@Lesson(id = "07", slug = "leaving", title = "Every way to leave")
@Proves("leave.soon")
final class Lesson07MemoryTest {

    private static final int MESSAGES = 60;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    /** What is kept of those who have left grows with each of them, or with each message. */
    @RunsLong("it measures the memory of the whole JVM")
    @Test
    void whoHasLeftTakesNoMemory() {
        var memory = server.memory();
        Visitors.comeAndGo(server, 100); // The server's buffers are as large as they get.
        long before = memory.settled();

        Visitors.comeAndGo(server, 2_000);
        for (int i = 0; i < MESSAGES; i++) {
            server.post("suite", "message " + i);
        }

        because(
                "A stream that has left is counted no more, and is still there: in a set, a list or a task that is to run later. Take it out of all that holds it.",
                () -> memory.grown(before, Duration.ofSeconds(2), figures)
                        .ifPresent(grown -> fail("2,000 streams came and left, " + MESSAGES
                                + " messages followed, and that took " + (grown >> 10) + " KiB")));
    }
}
