package suite;

import java.nio.charset.StandardCharsets;

/**
 * Bytes that break the rules of their form, with a sentence that says where and why. The server under test has failed, so the
 * recorder turns this into a failed assertion.
 *
 * <p><b>Threads:</b> immutable.
 */
final class MalformedRecord extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final int QUOTED = 160;
    private static final int AROUND = 24;

    MalformedRecord(String sentence) {
        super(sentence);
    }

    /** Returns whether a recorder has failed with one: it waited for a record, and came upon a line that is none. */
    static boolean hasFailed(AssertionError recorder) {
        return String.valueOf(recorder.getMessage()).matches("(?s).* but line [0-9]+ is .*");
    }

    /** Returns the text on one line, without invisible characters, and shortened if it is long. */
    static String quote(String text) {
        var line = visible(text);
        return line.length() <= QUOTED ? line : line.substring(0, QUOTED) + "… (" + text.length() + " characters)";
    }

    /** Returns the text with each invisible or white-space character written as a JSON escape. */
    static String visible(String text) {
        var shown = new StringBuilder();
        text.chars().forEach(c -> {
            switch (c) {
                case '\n' -> shown.append("\\n");
                case '\r' -> shown.append("\\r");
                case '\t' -> shown.append("\\t");
                default -> {
                    if (isInvisible(c)) {
                        shown.append(String.format("\\u%04x", c));
                    } else {
                        shown.append((char) c);
                    }
                }
            }
        });
        return shown.toString();
    }

    private static boolean isInvisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            case Character.SPACE_SEPARATOR -> c != ' ';
            default -> false;
        };
    }

    /** Returns a few characters on both sides of a byte that is not UTF-8, and that byte as a number. */
    static String around(byte[] bytes, int at) {
        var before = new String(bytes, 0, at, StandardCharsets.UTF_8);
        var after = new String(bytes, at + 1, bytes.length - at - 1, StandardCharsets.UTF_8);
        return "…" + visible(before.substring(Math.max(0, before.length() - AROUND)))
                + String.format("<byte %d>", bytes[at] & 0xFF)
                + visible(after.substring(0, Math.min(AROUND, after.length()))) + "…";
    }
}
