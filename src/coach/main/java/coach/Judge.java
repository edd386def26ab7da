package coach;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import coach.Verdict.Outcome;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.platform.engine.DiscoverySelector;
import suite.CheckClass;
import suite.CheckResult;
import suite.Runner;

/**
 * Runs the tests of a lesson in this JVM against a server, and returns their results.
 *
 * <p><b>Threads:</b> one run at a time.
 *
 * @param first the test to run before all others, as {@code method} or {@code Class.method}; or empty
 * @param stopAtRed whether the tests after the first red one are left out
 * @param started is told each test's name as it starts, and how many were green before it
 */
record Judge(String first, boolean stopAtRed, Consumer<String> started) {

    Verdict judge(Lesson lesson, Subject subject) {
        subject.apply();
        long began = System.nanoTime();
        var tests = judge(lesson.tests());
        return new Verdict(lesson, tests, (System.nanoTime() - began) / 1_000_000);
    }

    /** Returns the results of these test classes for the server that the suite is set to. */
    List<Verdict.Test> judge(List<String> classesOfTests) {
        StopAtRed.begin();
        // The class with the first test comes first as well: a lesson may have several.
        var classes = classesOfTests.stream()
                .map(Judge::load)
                .sorted(Comparator.comparing(tests -> !has(tests, first)))
                .map(tests -> selectClass(tests))
                .toList();
        return run(classes);
    }

    /** Returns the results of the first test alone; none if there is no such test. */
    List<Verdict.Test> judgeFirst(List<String> classesOfTests) {
        StopAtRed.begin();
        return run(classesOfTests.stream()
                .map(Judge::load)
                .flatMap(tests -> new CheckClass(tests, "", "", "")
                        .checks().stream()
                                .filter(test -> test.getName().equals(Verdict.method(first)))
                                .map(test -> selectMethod(tests, test)))
                .toList());
    }

    private List<Verdict.Test> run(List<? extends DiscoverySelector> tests) {
        return new Runner(parameters(first, stopAtRed), this::started)
                .run(tests).stream().map(Judge::test).toList();
    }

    /** Returns the parameters for JUnit and the coach's extensions of it. */
    static Map<String, String> parameters(String first, boolean stopAtRed) {
        var parameters = new HashMap<>(StopAtRed.parameters(stopAtRed));
        parameters.put("junit.jupiter.extensions.autodetection.enabled", "true");
        parameters.put("junit.jupiter.testmethod.order.default", OneFirst.class.getName());
        parameters.put("junit.jupiter.execution.timeout.mode", "disabled_on_debug");
        parameters.put(OneFirst.PARAMETER, Verdict.method(first));
        return parameters;
    }

    private void started(String name, long greens) {
        started.accept((greens == 0 ? "" : greens + " green, now ") + name);
    }

    static Verdict.Test test(CheckResult check) {
        var outcome = Outcome.valueOf(check.outcome().name());
        return new Verdict.Test(
                check.name(), outcome, check.message(), check.likelyCause(), check.figures(), check.ms());
    }

    private static boolean has(Class<?> tests, String test) {
        return Arrays.stream(tests.getDeclaredMethods())
                .anyMatch(one -> one.getName().equals(Verdict.method(test)));
    }

    static Class<?> load(String name) {
        try {
            return Class.forName(name, false, Judge.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new UserError("the ladder names the tests " + name + ", and there is no such class", e);
        }
    }
}
