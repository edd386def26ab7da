package coach;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import coach.Verdict.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import suite.Means;

/**
 * Runs the tests of a lesson in this JVM against a server, and hands back what they said.
 *
 * <p><b>Threads:</b> one run at a time, for the server is named by system properties.
 *
 * @param first the test to run before all others, as {@code method} or {@code Class.method}; or empty
 * @param stopAtRed whether the tests after the first red one are left out
 * @param started is told each test's name as it starts, and how many were green before it
 */
record Judge(String first, boolean stopAtRed, Consumer<String> started) {

    Verdict judge(Rung rung, Subject subject) {
        subject.apply();
        StopAtRed.begin();
        long began = System.nanoTime();
        var listener = new Listener();
        var request = LauncherDiscoveryRequestBuilder.request()
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .configurationParameter("junit.jupiter.testmethod.order.default", OneFirst.class.getName())
                .configurationParameter(StopAtRed.PARAMETER, String.valueOf(stopAtRed))
                .configurationParameter(OneFirst.PARAMETER, first.substring(first.lastIndexOf('.') + 1));
        // The class that has the first test comes first as well: a lesson may have several.
        rung.tests().stream()
                .map(Judge::load)
                .sorted(Comparator.comparing(tests -> !has(tests, first)))
                .forEach(tests -> request.selectors(selectClass(tests)));
        LauncherFactory.create().execute(request.build(), listener);
        return new Verdict(rung, List.copyOf(listener.tests), (System.nanoTime() - began) / 1_000_000);
    }

    private static boolean has(Class<?> tests, String method) {
        return Arrays.stream(tests.getDeclaredMethods())
                .anyMatch(one -> one.getName().equals(method.substring(method.lastIndexOf('.') + 1)));
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, Judge.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new Mistake("the ladder names the tests " + name + ", and there is no such class", e);
        }
    }

    /** Takes down what JUnit reports. */
    private final class Listener implements TestExecutionListener {
        private final List<Verdict.Test> tests = new ArrayList<>();
        private final Map<TestIdentifier, Long> starts = new HashMap<>();
        private final Map<String, String> figures = new LinkedHashMap<>();

        @Override
        public void executionStarted(TestIdentifier test) {
            starts.put(test, System.nanoTime());
            if (test.isTest()) {
                figures.clear();
                long greens = tests.stream()
                        .filter(one -> one.outcome() == Outcome.GREEN)
                        .count();
                started.accept((greens == 0 ? "" : greens + " green, now ") + name(test));
            }
        }

        @Override
        public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
            figures.putAll(entry.getKeyValuePairs());
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            boolean leftOut = reason.startsWith(StopAtRed.REASON);
            add(test, leftOut ? Outcome.NOT_RUN : Outcome.NOT_JUDGED, reason);
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            var message = result.getThrowable().map(Listener::message).orElse("");
            switch (result.getStatus()) {
                case SUCCESSFUL -> {
                    if (test.isTest()) {
                        add(test, Outcome.GREEN, "");
                    }
                }
                case ABORTED -> add(test, Outcome.NOT_JUDGED, message.replaceFirst("^.*not judged: ", ""));
                case FAILED -> add(test, Outcome.RED, message);
            }
        }

        private void add(TestIdentifier test, Outcome outcome, String text) {
            int end = text.indexOf(Means.USUALLY);
            var message = end < 0 ? text : text.substring(0, end);
            var means = end < 0 ? "" : text.substring(end + Means.USUALLY.length());
            long ms = (System.nanoTime() - starts.getOrDefault(test, System.nanoTime())) / 1_000_000;
            tests.add(new Verdict.Test(name(test), outcome, message, means, new LinkedHashMap<>(figures), ms));
        }

        private static String message(Throwable thrown) {
            return thrown instanceof AssertionError && thrown.getMessage() != null
                    ? thrown.getMessage()
                    : Optional.ofNullable(thrown.getMessage())
                            .filter(text -> thrown.getClass().getName().startsWith("org.opentest4j"))
                            .orElse(thrown.toString());
        }
    }

    /** The method's name, with what tells one run of several from another; for a class, its name. */
    private static String name(TestIdentifier test) {
        var method = test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName())
                .orElse("");
        var shown = test.getDisplayName().replaceFirst("\\([^()]*\\)$", "").replaceAll("\\s+", " ");
        return method.isEmpty() || shown.equals(method) ? shown : method + " " + shown;
    }
}
