package suite;

/**
 * Bytes that break the rules of their form, with a sentence that says where and why. The server under test has failed, so the
 * recorder turns this into a failed assertion.
 *
 * <p><b>Threads:</b> immutable.
 */
final class MalformedRecord extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final int QUOTED = 160;

    MalformedRecord(String sentence) {
        super(sentence);
    }

    /** The text in one line, cut where it is long. */
    static String quote(String text) {
        var line = text.replace("\r", "\\r").replace("\n", "\\n");
        return line.length() <= QUOTED ? line : line.substring(0, QUOTED) + "… (" + text.length() + " characters)";
    }
}
