package coach;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;

/**
 * {@code make debug}: judges the learner's server by a lesson, one test after the other, in a JVM that waits for a
 * debugger, and with deadlines long enough for a person at a breakpoint.
 *
 * <p><b>Threads:</b> one at a time.
 */
record Debug(Path root, Lessons lessons, Screen screen) {

    /** The time that a test waits for a missing record, while a person may be inspecting the server. */
    private static final String PATIENCE_MS = "600000";

    /** @param port on which the server's JVM waits */
    boolean run(Map<String, String> env, int port) {
        var workshop = new Workshop(root, lessons);
        var name = env.getOrDefault("LESSON", "");
        var lesson = name.isEmpty()
                ? workshop.next().orElseThrow(() -> new UserError("every lesson is done; name one: LESSON=05"))
                : lessons.findOpen(name);
        if (!lesson.judged()) {
            throw new UserError("no test judges lesson " + lesson);
        }
        free(port);
        System.setProperty("suite.startMs", PATIENCE_MS);
        System.setProperty("suite.patienceMs", PATIENCE_MS);
        var learner = new Learner(workshop, "", root.resolve("target/workshop"));
        learner.waitForDebugger(port);
        tell(port);
        try {
            var faults = learner.compile();
            if (!faults.isEmpty()) {
                screen.line(screen.red("It does not compile"));
                faults.forEach(fault -> screen.line(Text.indent(fault, 2)));
                screen.line("Next: fix it, then make debug LESSON=" + lesson.id());
                return false;
            }
            screen.line("Compiled. A test waits ten minutes for what does not come; Ctrl-C ends it.");
            var first = lesson.red().map(Lesson.Red::test).orElse("");
            var test = env.getOrDefault("TEST", first);
            var verdict = learner.judge(
                    lesson, new LastRed(test, ""), started -> screen.line("  " + started), (soon, later) -> {});
            var report = new Report(screen);
            report.line(verdict);
            report.why(verdict);
            screen.line("Next: make learn");
            return verdict.isGood();
        } finally {
            learner.kill();
        }
    }

    private void tell(int port) {
        screen.line("Your server's JVM waits for a debugger at localhost:" + port + ".");
        screen.line("  IntelliJ IDEA: choose the run configuration \"Attach to my server\" and debug it.");
        screen.line("  VS Code: Run and Debug, \"Attach to my server\".");
        screen.line("  A terminal: jdb -attach localhost:" + port);
        screen.line("Set a breakpoint in " + Workshop.FOLDER + "/Server.java first, or in a test: both run there.");
    }

    private static void free(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assert socket.isBound();
        } catch (IOException e) {
            throw new UserError("port " + port + " is taken: name another, DEBUG_PORT=5105", e);
        }
    }
}
