package suite;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/**
 * Adds the sentence of {@link LikelyCause} to a failed test.
 *
 * <p><b>Threads:</b> immutable.
 */
final class Meaning implements TestExecutionExceptionHandler {

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        var means = AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), LikelyCause.class)
                .or(() -> AnnotationSupport.findAnnotation(context.getRequiredTestClass(), LikelyCause.class));
        if (means.isEmpty() || thrown instanceof TestAbortedException) {
            throw thrown;
        }
        throw CheckFailed.withLikelyCause(thrown, means.get().value());
    }
}
