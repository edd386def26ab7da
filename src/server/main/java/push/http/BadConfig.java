package push.http;

/**
 * A setting that cannot be used; its message is one line that says which, why, and what to do.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class BadConfig extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BadConfig(String message) {
        super(message);
    }
}
