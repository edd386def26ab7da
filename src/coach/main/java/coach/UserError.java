package coach;

/**
 * An error that the person at the keyboard, or the author of a lesson, has to fix: reported in a few lines, without a
 * stack trace.
 *
 * <p><b>Threads:</b> immutable.
 */
final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1;

    UserError(String message) {
        super(message);
    }

    UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
