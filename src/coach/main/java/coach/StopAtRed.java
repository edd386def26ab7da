package coach;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;
import suite.Runner;

/**
 * Leaves out the tests that come after a red one, or after the run was cancelled. JUnit finds it as a service; it acts
 * only in a run of the coach.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class StopAtRed implements ExecutionCondition, TestWatcher {

    private static final String CANCELLED = "the run was cancelled";
    private static final String RUN = "coach.run";
    private static final String EARLIER = "an earlier test is red";
    private static final String AT_RED = "coach.stopAtRed";

    private static final ConditionEvaluationResult GO_ON = ConditionEvaluationResult.enabled("");

    /** The current run; a test of an earlier one may not have ended yet. */
    private static final AtomicInteger NOW = new AtomicInteger();

    /** The reason to start no further test of this run, or empty. Set by JUnit's threads and the one that calls off. */
    private static final AtomicReference<String> STOP = new AtomicReference<>("");

    static void begin() {
        NOW.incrementAndGet();
        STOP.set("");
    }

    /** Lets tests start again after a red one. */
    static void goOn() {
        STOP.compareAndSet(EARLIER, "");
    }

    static void callOff() {
        STOP.set(CANCELLED);
    }

    static boolean isCalledOff() {
        return STOP.get().equals(CANCELLED);
    }

    /** Returns the parameters for JUnit in the run that has begun. */
    static Map<String, String> parameters(boolean stopAtRed) {
        return Map.of(RUN, String.valueOf(NOW.get()), AT_RED, String.valueOf(stopAtRed));
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        var run = context.getConfigurationParameter(RUN);
        if (run.isEmpty()) {
            return GO_ON;
        }
        var why = isNow(context) ? STOP.get() : "the run is over";
        return why.isEmpty() ? GO_ON : ConditionEvaluationResult.disabled(Runner.LEFT_OUT + why);
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        if (isNow(context)
                && context.getConfigurationParameter(AT_RED)
                        .map(Boolean::valueOf)
                        .orElse(false)) {
            STOP.compareAndSet("", EARLIER);
        }
    }

    private static boolean isNow(ExtensionContext context) {
        return context.getConfigurationParameter(RUN).equals(java.util.Optional.of(String.valueOf(NOW.get())));
    }
}
