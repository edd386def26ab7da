package coach;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;
import suite.Runner;

/**
 * Leaves out the tests that come after a red one, or after the run was cancelled. JUnit finds it as a service, and it does
 * nothing but in a run of the coach.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class StopAtRed implements ExecutionCondition, TestWatcher {

    static final String PARAMETER = "coach.stopAtRed";

    private static final ConditionEvaluationResult GO_ON = ConditionEvaluationResult.enabled("");

    /** Why no further test of this run is to start; or empty. Set by JUnit's thread and by the one that calls off. */
    private static final AtomicReference<String> STOP = new AtomicReference<>("");

    static void begin() {
        STOP.set("");
    }

    static void callOff() {
        STOP.set("the run was cancelled");
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        var why = STOP.get();
        return why.isEmpty() || context.getConfigurationParameter(PARAMETER).isEmpty()
                ? GO_ON
                : ConditionEvaluationResult.disabled(Runner.LEFT_OUT + why);
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        if (context.getConfigurationParameter(PARAMETER).map(Boolean::valueOf).orElse(false)) {
            STOP.compareAndSet("", "an earlier test is red");
        }
    }
}
