package coach;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.regex.Pattern;

/**
 * Fills the marked blocks of a Markdown text: those right below a comment that names the source of their content.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Weaver {

    /** The new text, and the faults of the old one. */
    record Woven(String text, List<String> faults, int blocks) {}

    private static final String OUTPUT = "output of";

    /** A comment, at most one empty line, and a fence with its content. */
    private static final Pattern BLOCK =
            Pattern.compile("(?ms)^<!--[ \\n](from|output of)[ \\n](.+?)[ \\n]-->[ \t]*\n(?:[ \t]*\n)?"
                    + "((`{3,})[^`\n]*\n)(.*?)(^\\4[ \t]*$)");

    /** A comment that looks as if a block should follow. */
    private static final Pattern MARK = Pattern.compile("(?m)^<!--[ \\n](from|output of)[ \\n]");

    private final Path root;
    private final Tasks commands = new Tasks(3); // More than there are processors, because most of them wait.
    private final Map<String, Future<String>> begun = new HashMap<>();

    Weaver(Path root) {
        this.root = root;
    }

    /** Begins the commands that a text shows, so that they run at the same time until it is woven. */
    void begin(String text) {
        BLOCK.matcher(text)
                .results()
                .filter(block -> block.group(1).equals(OUTPUT))
                .forEach(block -> output(block.group(2).strip()));
    }

    private Future<String> output(String said) {
        return begun.computeIfAbsent(said, key -> commands.begin(() -> new CommandOutput(root).run(said)));
    }

    Woven weave(String text) {
        var faults = new ArrayList<String>();
        var woven = new StringBuilder();
        var block = BLOCK.matcher(text);
        int done = 0;
        int blocks = 0;
        while (block.find()) {
            blocks++;
            woven.append(text, done, block.start(5));
            done = block.end(5);
            var is = block.group(5);
            var source = block.group(1) + " " + block.group(2);
            try {
                var content = content(block.group(1), block.group(2).strip());
                var due = content.isEmpty() ? "" : content + "\n";
                boolean same = block.group(1).equals(OUTPUT) ? CommandOutput.same(is, due) : is.equals(due);
                if (!same) {
                    faults.add(
                            place(text, block.start()) + " (" + brief(source) + ") differs:\n" + difference(is, due));
                }
                if (due.contains(block.group(4))) {
                    throw new UserError("its content has " + block.group(4) + " in it: use a longer fence");
                }
                woven.append(same ? is : due);
            } catch (UserError e) {
                faults.add(place(text, block.start()) + " (" + brief(source) + "): " + e.getMessage());
                woven.append(is);
            }
        }
        woven.append(text.substring(done));
        long marks = MARK.matcher(text).results().count();
        if (marks != blocks) {
            faults.add(marks + " comments name a source, but " + blocks + " are followed by a fence of their own");
        }
        return new Woven(woven.toString(), faults, blocks);
    }

    private String content(String kind, String said) {
        return kind.equals(OUTPUT) ? Tasks.end(output(said)) : new Region(root).text(said);
    }

    private static String place(String text, int at) {
        return "line " + (text.substring(0, at).chars().filter(c -> c == '\n').count() + 1);
    }

    private static String brief(String source) {
        var line = source.strip().replaceAll("\\s+", " ");
        return line.length() <= 100 ? line : line.substring(0, 99) + "…";
    }

    private static String difference(String is, String due) {
        var difference = Diff.unified(is.lines().toList(), due.lines().toList());
        var lines = difference.lines().toList();
        return lines.size() <= 30 ? difference : String.join("\n", lines.subList(0, 30)) + "\n…";
    }
}
