package coach;

import java.io.IOException;
import java.util.List;
import suite.Options;

/**
 * A server, and the tests that judge it.
 *
 * <p><b>Threads:</b> immutable; one at a time in a JVM.
 *
 * @param tests the names of their classes
 * @param server a class with a static {@code start(Map)}
 * @param first the test to run before all others, as {@code method} or {@code Class.method}; or empty
 * @param alone whether no other test is run
 * @param classes a folder whose classes come before those that the coach itself knows; or empty
 */
record Trial(List<String> tests, String server, String first, boolean alone, String classes) {

    /** Returns the results of the tests in this JVM, up to the first red one. */
    List<Verdict.Test> here() {
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        try (var loader = new ClassesFirst(classes, before)) {
            thread.setContextClassLoader(classes.isEmpty() ? before : loader);
            Options.use(Options.server(server));
            var judge = new Judge(first, true, test -> {});
            return alone ? judge.judgeFirst(tests) : judge.judge(tests);
        } catch (IOException e) {
            throw new UserError("the classes in " + classes + " cannot be read: " + e, e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
