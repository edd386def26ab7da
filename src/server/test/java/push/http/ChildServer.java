package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The server as people start it: {@link Main} in a separate JVM, with its own environment.
 *
 * <p><b>Threads:</b> confined to the test's.
 */
final class ChildServer implements AutoCloseable {
    private static final int PATIENCE_S = 60;

    private final Path out = Files.createTempFile("push", ".out");
    private final Path err = Files.createTempFile("push", ".err");
    private final Process process;

    /** Starts it with these variables, as alternating names and values, and no other {@code PUSH_} variable. */
    ChildServer(String... variables) throws IOException {
        this(List.of(), variables);
    }

    private ChildServer(List<String> arguments, String... variables) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classes = System.getProperty("java.class.path");
        var builder = new ProcessBuilder(
                new ArrayList<>(List.of(java, "-XX:TieredStopAtLevel=1", "-cp", classes, Main.class.getName())));
        builder.command().addAll(arguments);
        builder.environment().keySet().removeIf(name -> name.startsWith("PUSH_"));
        for (int i = 0; i < variables.length; i += 2) {
            builder.environment().put(variables[i], variables[i + 1]);
        }
        process =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    }

    /** Starts it, and returns the one line with which it must refuse to start. */
    static String refusal(String... variables) throws IOException, InterruptedException {
        return refusal(List.of(), variables);
    }

    /** Does the same with arguments, of which it accepts none. */
    static String refusal(List<String> arguments, String... variables) throws IOException, InterruptedException {
        try (var server = new ChildServer(arguments, variables)) {
            assertTrue(
                    server.process.waitFor(PATIENCE_S, TimeUnit.SECONDS),
                    "it must end, but it goes on: " + server.said());
            assertEquals(2, server.process.exitValue(), server.said());
            assertEquals("", Files.readString(server.out), "on stdout");
            var lines = Files.readAllLines(server.err);
            assertEquals(1, lines.size(), () -> "one line, not: " + lines);
            return lines.get(0);
        }
    }

    /** Waits until its output is as expected; it must not end before. */
    void await(Predicate<String> expected) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!expected.test(said())) {
            boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
            assertTrue(!ended && System.nanoTime() < deadline, "it says: " + said());
        }
    }

    List<String> warnings() throws IOException {
        return new ArrayList<>(Files.readAllLines(err));
    }

    private String said() throws IOException {
        return Files.readString(err) + Files.readString(out);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.delete(out);
        Files.delete(err);
    }
}
