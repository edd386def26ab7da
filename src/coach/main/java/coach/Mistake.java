package coach;

/**
 * Something that the person at the keyboard, or the author of a lesson, has to mend: told in one line or a few, without a stack
 * trace.
 *
 * <p><b>Threads:</b> immutable.
 */
final class Mistake extends RuntimeException {
    private static final long serialVersionUID = 1;

    Mistake(String message) {
        super(message);
    }

    Mistake(String message, Throwable cause) {
        super(message, cause);
    }
}
