package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import push.http.PushServer;

/**
 * Compares the output of commands, except for the parts that vary from run to run.
 *
 * <p><b>Threads:</b> any thread.
 */
final class CommandOutput {

    private static final long PATIENCE_S = 120;
    private static final String DEFAULT_PORT = "8443";

    /** Text that differs from run to run, and the word that replaces it where two outputs are compared. */
    private static final List<Map.Entry<Pattern, String>> VARIES = List.of(
            Map.entry(Pattern.compile("\\b[0-9]+(\\.[0-9]+)? ?(ns|µs|ms|s|min|%)(?![a-z])"), "TIME"),
            Map.entry(Pattern.compile("(localhost|127\\.0\\.0\\.1|port)([: ])[0-9]{2,5}"), "$1$2PORT"),
            Map.entry(Pattern.compile("\\b[0-9a-z]{9,13}-([0-9]+)\\b"), "EPOCH-$1"),
            Map.entry(Pattern.compile("(\"epoch\":)\"[0-9a-z]+\""), "$1EPOCH"),
            Map.entry(Pattern.compile("(\"(time|uptimeMs|retryMs|retry|wakeups|bytes)\": ?)[0-9]+"), "$1N"),
            Map.entry(Pattern.compile("(?m)^(retry|content-length): [0-9]+$"), "$1: N"),
            Map.entry(Pattern.compile("(?i)(\\bdate: |\\b(pid|process) )[^\n]*"), "$1N"),
            Map.entry(Pattern.compile("\\b[0-9][0-9,]* (chunks?|bytes|kB|MB)\\b"), "SIZE"),
            Map.entry(Pattern.compile("\\b(the last) [0-9]+ (not a whole record)"), "$1 SIZE $2"),
            Map.entry(Pattern.compile("\\b[1-9][0-9,]* B\\b"), "SIZE"), // An allocation of 0 bytes does not vary.
            // How much a storm lost varies; that nothing was lost does not.
            Map.entry(Pattern.compile("\\bdelivered [0-9]+/[0-9]+"), "delivered N"),
            Map.entry(Pattern.compile("\\b(repeated|missing|out of order|cuts|chunks) [1-9][0-9]*\\b"), "$1 N"),
            // Which of two requests is a moment sooner varies, and where a test finds its value.
            Map.entry(Pattern.compile("\\bheld at [^)\n]+\\)"), "held at PLACE"),
            Map.entry(Pattern.compile("\"meanwhile [0-9]+\""), "\"meanwhile N\""),
            Map.entry(Pattern.compile("\\b[0-9]+ (were taken where) [0-9]+ "), "N $1 N "),
            Map.entry(Pattern.compile("\\b(from here on) [0-9a-z]+\\.[0-9]+"), "$1 MARK"),
            Map.entry(Pattern.compile("[ \t]+(?=\n|$)"), ""),
            Map.entry(Pattern.compile(" {2,}"), "  "));

    private final Path root;

    CommandOutput(Path root) {
        this.root = root;
    }

    /** Returns whether the two texts are the same, except for the parts that vary. */
    static boolean same(String one, String other) {
        return plain(one).equals(plain(other));
    }

    private static String plain(String text) {
        var plain = text.strip();
        for (var varies : VARIES) {
            plain = varies.getKey().matcher(plain).replaceAll(varies.getValue());
        }
        return plain;
    }

    /**
     * Returns each command's standard output, and above it the command itself, if it is written after a dollar sign.
     * Commands that use port 8443 reach the reference: one is started for them, on another port.
     */
    String run(String commands) {
        boolean needsServer = commands.contains("localhost:" + DEFAULT_PORT);
        if (!needsServer) {
            return run(commands, DEFAULT_PORT);
        }
        try (var server = PushServer.start(Map.of("PUSH_PORT", "0"))) {
            return run(commands, String.valueOf(server.port()));
        }
    }

    private String run(String commands, String port) {
        var text = new StringBuilder();
        for (var said : commands.strip().lines().map(String::strip).toList()) {
            var command = said.startsWith("$ ") ? said.substring(2) : said;
            var output = output(command.replace("localhost:" + DEFAULT_PORT, "localhost:" + port));
            text.append(said.equals(command) ? "" : said + "\n");
            text.append(output.replace("localhost:" + port, "localhost:" + DEFAULT_PORT));
        }
        return text.toString().stripTrailing();
    }

    private String output(String command) {
        var builder = new ProcessBuilder("sh", "-c", command)
                .directory(root.toAbsolutePath().toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("MAKE") || name.startsWith("PUSH_"));
        builder.environment().remove("MFLAGS");
        var file = Folders.temporary().resolve("output");
        builder.redirectError(ProcessBuilder.Redirect.DISCARD).redirectOutput(file.toFile());
        try {
            var process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new UserError("it did not end within " + PATIENCE_S + " s: " + command);
            }
            if (process.exitValue() == 127) {
                throw new UserError("there is no such command on this machine: " + command);
            }
            var output = Files.readString(file, UTF_8);
            if (output.contains("Not done: ")) {
                throw new UserError("it was not done: " + command + "\n" + output.strip());
            }
            return output.isEmpty() || output.endsWith("\n") ? output : output + "\n";
        } catch (IOException e) {
            throw new UserError("cannot run " + command + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted", e);
        } finally {
            Folders.delete(file.getParent());
        }
    }
}
