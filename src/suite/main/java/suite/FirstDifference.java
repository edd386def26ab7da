package suite;

import java.util.List;
import org.opentest4j.AssertionFailedError;

/**
 * Says where two values first differ. Two lists of fifty messages, one below the other, show a reader nothing.
 *
 * <p><b>Threads:</b> any thread.
 */
final class FirstDifference {

    /** Shorter texts are shown whole: a reader sees at a glance where they differ. */
    private static final int SHORT = 120;

    private static final int AROUND = 24;

    private FirstDifference() {}

    /** Returns the message of a failure, with its first difference instead of two lists or two long texts. */
    static String in(AssertionError failure) {
        var message = String.valueOf(failure.getMessage());
        if (!(failure instanceof AssertionFailedError failed) || !failed.isExpectedDefined()) {
            return message;
        }
        var expected = failed.getExpected().getValue();
        var actual = failed.getActual().getValue();
        var difference = "";
        if (expected instanceof List<?> one && actual instanceof List<?> other) {
            difference = of(one, other);
        } else if (expected instanceof String one && actual instanceof String other) {
            difference = of(one, other);
        }
        int at = message.indexOf("expected: ");
        return difference.isEmpty() || at < 0
                ? message
                : message.substring(0, at).replaceFirst(" ==> $", ": ") + difference;
    }

    static String of(List<?> expected, List<?> actual) {
        int same = 0;
        while (same < expected.size()
                && same < actual.size()
                && expected.get(same).equals(actual.get(same))) {
            same++;
        }
        if (same == expected.size() && same == actual.size()) {
            return "";
        }
        var place = "at place " + (same + 1) + " ";
        var so = same == 0
                ? ""
                : "; the " + (same == 1 ? "one" : same) + " before " + (same == 1 ? "is" : "are") + " right";
        if (same == actual.size()) {
            return "expected " + expected.size() + ", but " + (same == 0 ? "none" : "only " + same) + " came: " + place
                    + "belongs " + quote(expected.get(same)) + so;
        }
        if (same == expected.size()) {
            return "expected " + expected.size() + ", but " + actual.size() + " came: " + place
                    + "nothing belongs, and there is " + quote(actual.get(same)) + so;
        }
        return place + "of " + expected.size() + " there is " + quote(actual.get(same)) + ", where "
                + quote(expected.get(same)) + " belongs" + so;
    }

    static String of(String expected, String actual) {
        if (Math.max(expected.length(), actual.length()) <= SHORT) {
            return "";
        }
        int same = 0;
        while (same < expected.length() && same < actual.length() && expected.charAt(same) == actual.charAt(same)) {
            same++;
        }
        return "character " + (same + 1) + " is the first that differs: there is " + around(actual, same) + ", where "
                + around(expected, same) + " belongs; " + actual.length() + " characters came, and " + expected.length()
                + " were expected";
    }

    private static String around(String text, int at) {
        int from = Math.max(0, at - AROUND);
        int to = Math.min(text.length(), at + AROUND);
        return (from == 0 ? "\"" : "\"…") + text.substring(from, to) + (to == text.length() ? "\"" : "…\"");
    }

    private static String quote(Object value) {
        var text = String.valueOf(value);
        return "\"" + (text.length() <= SHORT ? text : text.substring(0, SHORT) + "…") + "\"";
    }
}
