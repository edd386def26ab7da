package suite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import suite.CheckResult.Outcome;

/**
 * Runs checks in this JVM against the server that {@link Options} name, and returns their results.
 *
 * <p><b>Threads:</b> one run at a time.
 *
 * @param parameters of JUnit's, for extensions of the caller
 * @param started is told each check's name as it starts, and how many were green before it
 */
public record Runner(Map<String, String> parameters, BiConsumer<String, Long> started) {

    /** The start of an extension's reason to leave out a check, which then has not run, unlike an unjudged one. */
    public static final String LEFT_OUT = "left out: ";

    public List<CheckResult> run(List<? extends DiscoverySelector> selectors) {
        var request = LauncherDiscoveryRequestBuilder.request()
                .configurationParameters(parameters)
                .selectors(selectors)
                .build();
        var listener = new Listener();
        LauncherFactory.create().execute(request, listener);
        return List.copyOf(listener.results);
    }

    /** Records what JUnit reports. */
    private final class Listener implements TestExecutionListener {
        private final List<CheckResult> results = new ArrayList<>();
        private final Map<TestIdentifier, Long> starts = new HashMap<>();
        private final Map<String, String> figures = new LinkedHashMap<>();

        @Override
        public void executionStarted(TestIdentifier test) {
            starts.put(test, System.nanoTime());
            if (test.isTest()) {
                figures.clear();
                long greens = results.stream()
                        .filter(one -> one.outcome() == Outcome.GREEN)
                        .count();
                started.accept(name(test), greens);
            }
        }

        @Override
        public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
            figures.putAll(entry.getKeyValuePairs());
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            add(test, reason.startsWith(LEFT_OUT) ? Outcome.NOT_RUN : Outcome.NOT_JUDGED, reason, "");
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            var thrown = result.getThrowable();
            switch (result.getStatus()) {
                case SUCCESSFUL -> {
                    if (test.isTest()) {
                        add(test, Outcome.GREEN, "", "");
                    }
                }
                case ABORTED -> {
                    var why = thrown.map(Listener::message).orElse("");
                    add(test, Outcome.NOT_JUDGED, why.replaceFirst("^.*" + suite.JudgedServer.NOT_JUDGED, ""), "");
                }
                case FAILED -> {
                    if (thrown.orElse(null) instanceof CheckFailed failed) {
                        add(test, Outcome.RED, failed.fault(), failed.likelyCause());
                    } else {
                        add(test, Outcome.RED, thrown.map(Listener::message).orElse(""), "");
                    }
                }
            }
        }

        private void add(TestIdentifier test, Outcome outcome, String message, String likelyCause) {
            long ms = (System.nanoTime() - starts.getOrDefault(test, System.nanoTime())) / 1_000_000;
            var type = type(test);
            var clauses = type.map(one -> method(test)
                            .map(check -> CheckClass.clauses(one, check))
                            .orElseGet(() -> new CheckClass(one, "", "", "").clauses()))
                    .orElse(Set.of());
            results.add(new CheckResult(
                    type.map(Class::getSimpleName).orElse(""),
                    name(test),
                    outcome,
                    message,
                    likelyCause,
                    new LinkedHashMap<>(figures),
                    ms,
                    clauses));
        }

        /** Returns the message, with the type of exceptions that are not ours, which says more than a message alone. */
        private static String message(Throwable thrown) {
            boolean says = thrown instanceof AssertionError
                    || thrown.getClass().getName().startsWith("org.opentest4j");
            return says && thrown.getMessage() != null ? thrown.getMessage() : thrown.toString();
        }
    }

    private static Optional<Class<?>> type(TestIdentifier test) {
        return test.getSource()
                .map(source -> source instanceof MethodSource method
                        ? method.getJavaClass()
                        : source instanceof ClassSource type ? type.getJavaClass() : null);
    }

    private static Optional<String> method(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName());
    }

    /** Returns the method's name, with the text that distinguishes one run from another; for a class, its name. */
    private static String name(TestIdentifier test) {
        var method = method(test).orElse("");
        var shown = test.getDisplayName().replaceFirst("\\([^()]*\\)$", "").replaceAll("\\s+", " ");
        shown = MalformedRecord.visible(shown);
        return method.isEmpty() || shown.equals(method) ? shown : method + " " + shown;
    }
}
