package coach;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A failure's message as a lesson promises it: word for word, except that {@code …} stands for anything, and any white
 * space equals one space.
 *
 * <p><b>Threads:</b> immutable.
 */
record ExpectedFailure(String says) {

    /** Returns whether this is the message, from its first character to its last. */
    boolean isKeptBy(String message) {
        var pattern =
                Arrays.stream(folded(says).split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(pattern, Pattern.DOTALL).matcher(folded(message)).matches();
    }

    private static String folded(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }
}
