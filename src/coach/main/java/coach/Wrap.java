package coach;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Breaks a line between words, and indents the rest like the line. A terminal would break inside a word.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Wrap {

    /** Colours, which take no space. */
    private static final Pattern COLOUR = Pattern.compile("\033\\[[0-9;]*m");

    private Wrap() {}

    /** Returns lines of at most this many columns, or the line itself if a single word is longer. */
    static List<String> line(String line, int width) {
        if (length(line) <= width) {
            return List.of(line);
        }
        var indent = " ".repeat(line.length() - line.stripLeading().length());
        var lines = new ArrayList<String>();
        var current = new StringBuilder(indent);
        boolean empty = true;
        for (var word : line.strip().split("(?<=\\S)(?= )")) { // Each with the spaces before it.
            if (!empty && length(current.toString()) + length(word) > width) {
                lines.add(current.toString());
                current = new StringBuilder(indent);
                empty = true;
            }
            current.append(empty ? word.stripLeading() : word);
            empty = false;
        }
        lines.add(current.toString());
        return lines;
    }

    /** Returns the beginning of a line, up to the end of a word, with a mark that it goes on. */
    static String cut(String line, int width) {
        if (length(line) <= width) {
            return line;
        }
        int space = line.lastIndexOf(' ', width - 2);
        return line.substring(0, space > 0 ? space : width - 2) + " …";
    }

    static int length(String text) {
        var plain = COLOUR.matcher(text).replaceAll("");
        return plain.codePointCount(0, plain.length());
    }
}
