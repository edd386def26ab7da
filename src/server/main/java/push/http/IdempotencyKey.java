package push.http;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses {@code Idempotency-Key}: a quoted string, as in the IETF draft (RFC 9651, 3.3.3), or the same characters
 * without quotes, as most clients send them.
 *
 * <p>It exists so that both forms are the same key: a retry by a different library must not store a message twice.
 *
 * <p><b>Threads:</b> any thread.
 */
final class IdempotencyKey {
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,128}");
    private static final Pattern QUOTED = Pattern.compile("\"(?:[ !#-\\[\\]-~]|\\\\[\"\\\\])*+\"");

    private IdempotencyKey() {}

    /** Returns the key in the field's lines, or null if the field is absent. */
    static @Nullable String read(@Nullable List<String> lines) throws Problem {
        if (lines == null) {
            return null;
        }
        if (lines.size() > 1) {
            throw new Problem(400, "There are " + lines.size() + " Idempotency-Keys: send one.");
        }
        String value = lines.get(0);
        String key = QUOTED.matcher(value).matches() ? new FieldReader(value).tokenOrQuoted() : value;
        if (key == null
                || !KEY.matcher(key).matches()
                || (key.equals(value) && value.startsWith("\""))) { // An incomplete string is not a key.
            throw new Problem(
                    400,
                    "The Idempotency-Key is not 1 to 128 visible ASCII characters, quoted or not:"
                            + " send a UUID, for example.");
        }
        return key;
    }
}
