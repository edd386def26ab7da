package coach;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A plausible wrong answer: one replaced place in a file, and the test that must catch it, with the message that it
 * must give.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param why the reasoning that leads to it, from the comment above it
 * @param out the lines that are removed; indentation does not count
 * @param in the lines that replace them
 */
record Mutant(
        String name, String why, Path file, List<String> out, List<String> in, String test, ExpectedFailure promise) {

    /** Returns the mutants in a lesson's mutants.txt. */
    static List<Mutant> read(Path root, Lesson lesson) {
        var source = lesson.folder().resolve("mutants.txt");
        var mutants = new ArrayList<Mutant>();
        Draft draft = null;
        int number = 0;
        var why = new ArrayList<String>();
        for (var line : Text.read(root.resolve(source)).lines().toList()) {
            number++;
            if (line.startsWith("mutant:")) {
                draft = add(mutants, draft);
                draft = new Draft(line.substring(7).strip(), String.join(" ", why), lesson.source());
                why.clear();
            } else if (line.startsWith("#")) {
                why.add(line.substring(1).strip());
            } else if (line.isBlank()) {
                why.clear(); // The comment was about something else.
            } else if (draft == null || !draft.take(line)) {
                throw new UserError(
                        source + ":" + number + ": expected mutant:, file:, -, + or red:, but found " + line);
            }
        }
        add(mutants, draft);
        return mutants;
    }

    /** Returns the method of the test that catches it. */
    String method() {
        return Verdict.method(test);
    }

    private static Draft add(List<Mutant> mutants, Draft draft) {
        if (draft != null) {
            mutants.add(draft.done());
        }
        return null;
    }

    /** A mutant while its lines are being read. */
    private static final class Draft {
        private final String name;
        private final String why;
        private Path file;
        private final List<String> out = new ArrayList<>();
        private final List<String> in = new ArrayList<>();
        private String red = "";

        Draft(String name, String why, Path file) {
            this.name = name;
            this.why = why;
            this.file = file;
        }

        boolean take(String line) {
            var rest = line.length() > 2 ? line.substring(2) : "";
            if (line.startsWith("file:")) {
                file = Path.of(line.substring(5).strip());
            } else if (line.startsWith("red:")) {
                red = line.substring(4).strip();
            } else if (line.startsWith("-")) {
                return out.add(rest);
            } else if (line.startsWith("+")) {
                return in.add(rest);
            } else if (!red.isEmpty() && line.startsWith(" ")) {
                red += "\n" + line; // A message of several lines.
            } else {
                return false;
            }
            return true;
        }

        Mutant done() {
            int colon = red.indexOf(": ");
            if (out.isEmpty() || colon < 0) {
                throw new UserError(
                        "the mutant \"" + name + "\" needs lines with - and a line red: Class.test: message");
            }
            return new Mutant(
                    name,
                    why,
                    file,
                    List.copyOf(out),
                    List.copyOf(in),
                    red.substring(0, colon),
                    new ExpectedFailure(red.substring(colon + 2)));
        }
    }

    /** Returns the file's text after the replacement, which must be possible in exactly one place. */
    String apply(String text) {
        var lines = text.lines().toList();
        var wanted = out.stream().map(String::strip).toList();
        int place = -1;
        for (int i = 0; i + wanted.size() <= lines.size(); i++) {
            if (lines.subList(i, i + wanted.size()).stream()
                    .map(String::strip)
                    .toList()
                    .equals(wanted)) {
                if (place >= 0) {
                    throw new UserError(
                            "its lines are twice in " + file + ", at " + (place + 1) + " and at " + (i + 1));
                }
                place = i;
            }
        }
        if (place < 0) {
            throw new UserError("its lines are not in " + file + ":\n    " + String.join("\n    ", out));
        }
        var changed = new ArrayList<>(lines.subList(0, place));
        changed.addAll(in);
        changed.addAll(lines.subList(place + wanted.size(), lines.size()));
        return String.join("\n", changed) + "\n";
    }
}
