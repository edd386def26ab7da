package push;

import org.jspecify.annotations.Nullable;

/**
 * A message that has no place in the order yet.
 *
 * <p>It exists so that all that can be checked is checked before the log is touched. The record itself checks nothing:
 * {@link #of} does.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param user 1 to 64 code points, which show as what they are: see {@link Name}
 * @param text 1 to 4,096 code points, no control characters but line feed and tab
 */
public record NewMessage(String user, String text) {
    public static final int MAX_USER = 64;
    public static final int MAX_TEXT = 4_096;

    /**
     * A message that may be published.
     *
     * @throws IllegalArgumentException if the user or the text may not stand in one; its message says why
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

    /** A user's name as it is stored: names that read the same are the same. */
    public static String normalizeUser(String user) {
        return Name.normalize(user);
    }

    /** What is wrong with a user's name, to follow "user"; null if nothing is. */
    public static @Nullable String userFault(String user) {
        String fault = characterFault(user);
        if (fault != null) {
            return fault;
        }
        String stored = normalizeUser(user);
        fault = lengthFault(stored, MAX_USER);
        return fault != null ? fault : Name.fault(stored);
    }

    /** What is wrong with a text, to follow "text"; null if nothing is. */
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
