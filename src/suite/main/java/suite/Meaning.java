package suite;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Adds the sentence of {@link Means} to the message of a failed test, so that a plain run tells as much as a coach does.
 *
 * <p><b>Threads:</b> immutable.
 */
final class Meaning implements TestExecutionExceptionHandler {

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        var means = AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), Means.class)
                .or(() -> AnnotationSupport.findAnnotation(context.getRequiredTestClass(), Means.class));
        if (means.isEmpty() || thrown instanceof TestAbortedException) {
            throw thrown;
        }
        var message = thrown instanceof AssertionError ? thrown.getMessage() : thrown.toString();
        var told =
                new AssertionFailedError(message + Means.USUALLY + means.get().value(), thrown);
        told.setStackTrace(thrown.getStackTrace());
        throw told;
    }
}
