package machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** src/build/Cluster.java: a server that does not start is not passed off as one that runs. */
final class RunClusterTest {

    @TempDir
    private Path dir;

    @Test
    void aServerThatEndsIsNamedWithItsLastLinesAndSoDoesTheCommand() throws Exception {
        Files.createDirectories(dir.resolve("src/build"));
        Files.createDirectories(dir.resolve("certs"));
        Files.writeString(dir.resolve("src/build/server.flags"), "-Xmx64m\n");
        Files.copy(Path.of("certs/server.crt"), dir.resolve("certs/server.crt"));
        var nats = FakeMachine.script(dir.resolve("nats-server"), "exec sleep 60");
        var output = dir.resolve("output");

        // There is no jar, so the JVM of the server ends.
        var process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        Path.of("src/build/Cluster.java").toAbsolutePath().toString(),
                        nats.toString(),
                        "1",
                        "1",
                        "8443"))
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "it still runs: " + read(output));
            assertEquals(1, process.exitValue(), read(output));
            assertTrue(read(output).contains("push1 has ended with exit code 1"), read(output));
            assertTrue(read(output).contains("Unable to access jarfile"), read(output));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
