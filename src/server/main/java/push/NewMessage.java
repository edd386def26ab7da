package push;

import org.jspecify.annotations.Nullable;

/**
 * A message that has no place in the order yet.
 *
 * <p>It exists so that everything is validated before the log is touched. {@link #of} validates; the record does not.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param user 1 to 64 code points that look like what they are; see {@link Name}
 * @param text 1 to 4,096 code points without control characters other than line feed and tab
 */
public record NewMessage(String user, String text) {
    public static final int MAX_USER = Name.MAX;
    public static final int MAX_TEXT = 4_096;

    /**
     * Creates a message that is valid for publication.
     *
     * @throws IllegalArgumentException if the user or the text is invalid; the exception's message says why
     */
    public static NewMessage of(String user, String text) {
        String fault = userFault(user);
        if (fault != null) {
            throw new IllegalArgumentException("user " + fault);
        }
        fault = textFault(text);
        if (fault != null) {
            throw new IllegalArgumentException("text " + fault);
        }
        return new NewMessage(normalizeUser(user), text);
    }

    /** Returns a user name in its stored form. Names that read the same become equal. */
    public static String normalizeUser(String user) {
        return Name.normalize(user);
    }

    /** Returns the error in a user name, worded to follow "user", or null if there is none. */
    public static @Nullable String userFault(String user) {
        String fault = characterFault(user);
        if (fault != null) {
            return fault;
        }
        String stored = normalizeUser(user);
        fault = lengthFault(stored, MAX_USER);
        return fault != null ? fault : Name.fault(stored);
    }

    /** Returns the error in a text, worded to follow "text", or null if there is none. */
    public static @Nullable String textFault(String text) {
        String fault = characterFault(text);
        return fault != null ? fault : lengthFault(text, MAX_TEXT);
    }

    private static @Nullable String lengthFault(String text, int max) {
        int length = text.codePointCount(0, text.length());
        return length < 1 || length > max ? "has " + length + " characters" : null;
    }

    private static @Nullable String characterFault(String text) {
        int count = 0;
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            count++;
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                return "has half of a surrogate pair as character " + count + ": remove it";
            }
            if (Character.isISOControl(c) && c != '\n' && c != '\t') {
                return "has " + Name.describe(c) + " as character " + count + ", a control character: remove it";
            }
        }
        return null;
    }
}
