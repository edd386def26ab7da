package coach;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import suite.Options;
import suite.Wire;

/**
 * {@code make wire}: the frames between the learner's server, or another one, and one client.
 *
 * <p><b>Threads:</b> one at a time.
 */
record ShowWire(Path root, Lessons lessons, Screen screen) {

    private static final int WIDTH = 80;

    /** Shows the frames of the server that URL, CMD or STEP names, or else of the learner's; FORM=sse for events. */
    boolean run(Map<String, String> env) {
        var learner = new Learner(new Workshop(root, lessons), "", root.resolve("target/workshop"));
        var options = options(env, learner);
        screen.line("One client opens a stream. Type a line, and it posts it; Ctrl-D ends it.");
        screen.line("");
        var typed = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            var end = Wire.show(
                    options, env.getOrDefault("FORM", "").equals("sse"), WIDTH, screen::line, () -> next(typed));
            screen.line(end.isEmpty() ? "" : "The connection ended: " + end);
        } catch (AssertionError e) {
            throw new UserError(e.getMessage(), e);
        } finally {
            learner.kill();
        }
        screen.line("Next: change your server, and make wire shows what has changed.");
        return true;
    }

    private Options options(Map<String, String> env, Learner learner) {
        if (!env.getOrDefault("URL", "").isEmpty()) {
            return Options.url(env.get("URL"), -1);
        }
        if (!env.getOrDefault("CMD", "").isEmpty()) {
            return Options.command(env.get("CMD"));
        }
        if (!env.getOrDefault("STEP", "").isEmpty()) {
            return Options.server(lessons.find(env.get("STEP")).step());
        }
        List<String> faults = learner.compile();
        if (!faults.isEmpty()) {
            throw new UserError("your server does not compile:\n" + String.join("\n", faults));
        }
        return learner.process().options();
    }

    private static String next(BufferedReader typed) {
        try {
            return typed.readLine();
        } catch (IOException e) {
            return null; // The terminal has gone.
        }
    }
}
