package coach;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A part of a source file, named without a mark in it: a method, a type, the lines from one text to another, from a text to the
 * end of its block, or all of it.
 *
 * <p><b>Threads:</b> immutable.
 */
record Region(Path root) {

    private static final Pattern LINES = Pattern.compile("lines \"(.+?)\" to \"(.+?)\"");
    private static final Pattern BLOCK = Pattern.compile("block \"(.+?)\"");
    private static final Pattern LINE = Pattern.compile("line \"(.+?)\"");

    /** Returns the text that {@code FILE}, {@code FILE method join} and so on name, without the common indentation. */
    String text(String said) {
        var parts = said.strip().split(" ", 2);
        var text = Text.read(root.resolve(parts[0]));
        var part = parts.length == 1 ? "" : parts[1].strip();
        try {
            return part(text, part).stripIndent().stripTrailing();
        } catch (UserError e) {
            throw new UserError(parts[0] + ": " + e.getMessage(), e);
        }
    }

    private static String part(String text, String part) {
        if (part.isEmpty()) {
            return text;
        }
        if (part.startsWith("method ")) {
            return JavaSource.method(text, part.substring(7).strip());
        }
        if (part.startsWith("type ")) {
            return JavaSource.type(text, part.substring(5).strip());
        }
        var lines = text.lines().toList();
        var range = LINES.matcher(part);
        if (range.matches()) {
            int first = find(lines, 0, range.group(1));
            int last = find(lines, first, range.group(2));
            return String.join("\n", lines.subList(first, last + 1));
        }
        var line = LINE.matcher(part);
        if (line.matches()) {
            return lines.get(find(lines, 0, line.group(1)));
        }
        var block = BLOCK.matcher(part);
        if (block.matches()) {
            int first = find(lines, 0, block.group(1));
            return String.join("\n", lines.subList(first, endOfBlock(lines, first) + 1));
        }
        throw new UserError(
                "\"" + part + "\" is not method NAME, type NAME, line \"…\", lines \"…\" to \"…\" or block \"…\"");
    }

    /** Finds the end of a block in a language with braces: the brace with the indentation of the beginning. */
    private static int endOfBlock(List<String> lines, int first) {
        var begin = lines.get(first);
        var brace = begin.substring(0, begin.length() - begin.stripLeading().length()) + "}";
        for (int i = first + 1; i < lines.size(); i++) {
            if (lines.get(i).startsWith(brace)) {
                return i;
            }
        }
        throw new UserError("the block that begins with \"" + begin.strip() + "\" does not end");
    }

    private static int find(List<String> lines, int from, String text) {
        for (int i = from; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i;
            }
        }
        throw new UserError(
                "no line " + (from == 0 ? "" : "from line " + (from + 1) + " on ") + "contains \"" + text + "\"");
    }
}
