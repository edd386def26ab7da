package push.http;

/**
 * An invalid setting. The message is one line that names the setting, the error and the remedy.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class BadConfig extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BadConfig(String message) {
        super(message);
    }
}
