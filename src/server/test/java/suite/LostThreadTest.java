package suite;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that has lost an IO thread is worse than none: its process ends, so that a supervisor restarts it. */
final class LostThreadTest {

    @TempDir
    Path folder;

    @LikelyCause("An IO thread has died, and the process lives on: what asks it hangs, and nothing starts it again.")
    @Test
    void processThatHasLostAnIoThreadEndsWithALineAndACode() throws IOException {
        var trigger = folder.resolve("lose");
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var server = StartedByCommand.start(
                "exec '" + java + "' -Dlose='" + trigger + "' -cp '" + System.getProperty("java.class.path")
                        + "' suite.LosesAThread",
                Map.of("PUSH_PORT", "0"));
        try {
            Files.createFile(trigger);

            assertTrue(
                    Deadline.in(Deadline.PATIENCE).poll(() -> server.aside().contains("exit code 3")),
                    () -> "the process must end with 3; " + server.aside());
            assertTrue(server.aside().contains("push: an IO thread has failed"), server::aside);
        } finally {
            server.close();
        }
    }
}
