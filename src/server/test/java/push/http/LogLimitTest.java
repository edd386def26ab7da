package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A flood of log lines is cut off, and the log says so. */
final class LogLimitTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_000_000);

    private final LogLimit limit = new LogLimit();

    @Test
    void tenLinesASecondAreWritten() {
        long written = IntStream.range(0, 1_000)
                .filter(i -> limit.isLoggable(line(NOW.plusMillis(i / 2))))
                .count();

        assertEquals(10, written);
    }

    @Test
    void nextLineSaysHowManyWereLeftOut() {
        IntStream.range(0, 25).forEach(i -> limit.isLoggable(line(NOW)));
        var next = line(NOW.plusSeconds(1));
        var oneMore = line(NOW.plusSeconds(1));

        assertTrue(limit.isLoggable(next));
        assertTrue(limit.isLoggable(oneMore));

        assertEquals("bad request (15 lines before this were left out)", next.getMessage());
        assertEquals("bad request", oneMore.getMessage());
    }

    @Test
    void oneStackTraceASecondIsWritten() {
        var first = failure(NOW);
        var second = failure(NOW);
        var later = failure(NOW.plusSeconds(1));

        assertTrue(limit.isLoggable(first) && limit.isLoggable(second) && limit.isLoggable(later));

        assertNotNull(first.getThrown());
        assertNull(second.getThrown());
        assertEquals("failed (java.lang.IllegalStateException)", second.getMessage());
        assertNotNull(later.getThrown());
    }

    @Test
    void lineThatIsLeftOutIsNotChanged() {
        IntStream.range(0, 10).forEach(i -> limit.isLoggable(line(NOW)));
        var leftOut = failure(NOW);

        assertFalse(limit.isLoggable(leftOut));

        assertEquals("failed", leftOut.getMessage());
    }

    private static LogRecord line(Instant at) {
        var line = new LogRecord(Level.WARNING, "bad request");
        line.setInstant(at);
        return line;
    }

    private static LogRecord failure(Instant at) {
        var line = new LogRecord(Level.SEVERE, "failed");
        line.setInstant(at);
        line.setThrown(new IllegalStateException());
        return line;
    }
}
