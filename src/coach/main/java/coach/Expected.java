package coach;

import coach.Verdict.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a server is known not to do: its tests that are red or not judged, each with the reason. Every other test must be green,
 * and each of these must be what the file says, so that neither a fault nor a mended one goes unnoticed.
 *
 * <p>A line is {@code red 06 method: reason} or {@code not judged 08 method: reason}, where the method has what tells one run of
 * several from another. Lines that begin with {@code #} and empty ones say nothing.
 *
 * <p><b>Threads:</b> immutable.
 */
record Expected(Path file, Set<String> lines) {

    static Expected read(Path file) {
        var lines = new LinkedHashSet<String>();
        for (var line : Text.read(file).lines().map(String::strip).toList()) {
            int reason = line.lastIndexOf(": ");
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (!line.matches("(red|not judged) [0-9]{2} .+: .+") || !lines.add(line.substring(0, reason))) {
                throw new UserError(
                        file + ": a line is \"red 06 method: reason\" or \"not judged 06 method: reason\", once for"
                                + " each test, and not \"" + line + "\"");
            }
        }
        return new Expected(file, lines);
    }

    /** Where the verdicts differ from what was expected, in sentences. */
    List<String> differences(List<Verdict> verdicts) {
        var differences = new ArrayList<String>();
        var left = new LinkedHashSet<>(lines);
        for (var verdict : verdicts) {
            if (verdict.count(Outcome.GREEN) == 0) {
                differences.add(verdict.lesson() + ": nothing is green");
            }
            for (var test : verdict.tests()) {
                var name = verdict.lesson().id() + " " + test.name();
                var said = word(test.outcome()) + " " + name;
                if (test.outcome() == Outcome.GREEN) {
                    continue;
                } else if (!left.remove(said)) {
                    differences.add(said + ": was to be " + (lines.contains(said) ? "so once only" : "green"));
                }
            }
        }
        var judged = verdicts.stream().map(verdict -> verdict.lesson().id()).toList();
        left.stream()
                .filter(line -> judged.stream().anyMatch(id -> line.matches("(red|not judged) " + id + " .*")))
                .forEach(line -> differences.add(line + ": is not so, or is not there; take it out of " + file));
        return differences;
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case GREEN -> "green";
            case RED -> "red";
            case NOT_JUDGED -> "not judged";
            case NOT_RUN -> "not run";
        };
    }
}
