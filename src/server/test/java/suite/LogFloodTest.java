package suite;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server, as people start it, limits its log. */
final class LogFloodTest {
    private static final int MOST =
            FloodsTheLog.LINES / 4; // Ten in a second; a busy machine needs several seconds to log them all.

    @TempDir
    Path folder;

    @LikelyCause("The limit of the log is there, and nothing installs it.")
    @Test
    void floodOfLinesIsCutOff() throws IOException {
        var trigger = folder.resolve("flood");
        var log = folder.resolve("log"); // Whole: the suite keeps only the last lines of a server's output.
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var server = StartedByCommand.start(
                "exec '" + java + "' -Dflood='" + trigger + "' -cp '" + System.getProperty("java.class.path")
                        + "' suite.FloodsTheLog 2>'" + log + "'",
                Map.of("PUSH_PORT", "0"));
        try {
            Files.createFile(trigger);
            assertTrue(Deadline.in(Deadline.PATIENCE).poll(() -> Files.notExists(trigger)), "all of them are logged");

            long lines = Files.readAllLines(log).stream()
                    .filter(line -> line.contains(FloodsTheLog.LINE))
                    .count();
            assertTrue(lines > 0 && lines <= MOST, lines + " lines of " + FloodsTheLog.LINES + " were written");
        } finally {
            server.close();
        }
    }
}
