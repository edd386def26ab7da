package suite;

import java.time.Duration;

/**
 * The id of a message, {@code <epoch>-<sequence>}, as a server has sent it, and its faults.
 *
 * <p><b>Threads:</b> immutable.
 */
record MessageId(String text) {

    private static final Duration SINCE_START = Duration.ofMinutes(10); // The server is one that a check has started.
    private static final Duration DAY = Duration.ofDays(1);

    /** Returns everything up to the last hyphen, or an empty string. */
    String epoch() {
        return text.substring(0, Math.max(0, text.lastIndexOf('-')));
    }

    /** Returns the rule that it breaks, in words that follow the id; or an empty string. */
    String fault() {
        int hyphen = text.indexOf('-');
        var sequence = text.substring(hyphen + 1);
        if (hyphen < 0) {
            return "there is no hyphen";
        }
        if (!text.substring(0, hyphen).matches("[0-9a-z]+")) {
            return "the epoch has other characters than lower-case letters and digits, or none";
        }
        if (sequence.equals("0")) {
            return "the sequence is 0, and the first is 1";
        }
        if (sequence.matches("0[0-9]+")) {
            return "the sequence begins with a zero";
        }
        return sequence.matches("[0-9]+") ? "" : "\"" + sequence + "\" after the first hyphen is no number";
    }

    /** Returns the time that the epoch encodes, read as a number in any base and unit; or an empty string. */
    String clock() {
        for (int base : new int[] {10, 16, 36}) {
            double value = number(base);
            for (double perMs : new double[] {0.001, 1, 1_000, 1_000_000}) { // From seconds to nanoseconds.
                if (isNear(value / perMs, System.currentTimeMillis(), perMs > 1 ? SINCE_START : DAY)) {
                    return "the time";
                }
                if (isNear(value / perMs, System.nanoTime() / 1e6, SINCE_START)) {
                    return "the time since the machine began";
                }
            }
        }
        return "";
    }

    private double number(int base) {
        try {
            return Long.parseLong(epoch(), base);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static boolean isNear(double ms, double nowMs, Duration tolerance) {
        return Math.abs(ms - nowMs) < tolerance.toMillis();
    }
}
