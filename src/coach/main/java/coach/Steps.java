package coach;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The short commands about one lesson: its hints, its solution, and putting the workshop somewhere on the ladder.
 *
 * <p><b>Threads:</b> one at a time.
 */
record Steps(Path root, Ladder ladder, Screen screen) {

    private static final String NEXT = "Next: make learn";

    void hint(String lesson) {
        screen.line(new Hints(root).next(chosen(lesson)));
    }

    /** What the lesson changes in the step before it; the package's name is no change. */
    void solution(String lesson) {
        var rung = chosen(lesson);
        var before = ladder.before(rung).orElseThrow(() -> new Mistake("lesson " + rung + " starts from nothing"));
        var solution = rung.folder().resolve("Solution.java");
        if (Files.exists(root.resolve(solution))) {
            var given = rung.folder().resolve("Mine.java");
            show(given.toString(), solution, diff(root.resolve(given), root.resolve(solution)));
            return;
        }
        if (!Files.exists(root.resolve(rung.source())) || !Files.exists(root.resolve(before.source()))) {
            screen.line("The step of lesson " + rung + " is the project's own code: see "
                    + rung.folder().resolve("README.md"));
            return;
        }
        for (var file : Rung.files(root.resolve(rung.folder()))) {
            var name = root.resolve(rung.folder()).relativize(file);
            var old = before.folder().resolve(name);
            boolean isNew = !Files.exists(root.resolve(old));
            var hunks = isNew ? Diff.unified(List.of(), lines(file)) : diff(root.resolve(old), file);
            if (!hunks.isEmpty()) {
                show(isNew ? "/dev/null" : old.toString(), rung.folder().resolve(name), hunks);
            }
        }
        screen.line("");
        screen.line("To go on from there: make catch-up LESSON=" + rung.id());
    }

    private void show(String before, Path after, String hunks) {
        screen.line("--- " + before);
        screen.line("+++ " + after);
        hunks.lines().map(this::painted).forEach(screen::line);
    }

    /** The hunks between two files of Java, as if they were of one package. */
    static String diff(Path before, Path after) {
        return Diff.unified(lines(before), lines(after));
    }

    private static List<String> lines(Path file) {
        return Text.read(file)
                .lines()
                .map(line -> line.replaceFirst("^package lesson\\w+;$", "package …;"))
                .toList();
    }

    private String painted(String line) {
        return switch (line.isEmpty() ? ' ' : line.charAt(0)) {
            case '+' -> screen.green(line);
            case '-' -> screen.red(line);
            case '@' -> screen.faint(line);
            default -> line;
        };
    }

    void catchUp(String lesson) {
        if (lesson.isEmpty()) {
            throw new Mistake("say to the end of which lesson: make catch-up LESSON=05");
        }
        var rung = ladder.findOpen(lesson);
        var workshop = new Workshop(root, ladder);
        var kept = workshop.catchUp(rung);
        screen.line("The workshop stands at the end of lesson " + rung + "."
                + kept.map(path -> " Your own work is in " + path + ".").orElse(""));
        if (!Files.exists(root.resolve(rung.source()))) {
            screen.line(
                    "That lesson's step is the reference, src/server/main/java/push, so the server in the workshop is the last"
                            + " one before it.");
        }
        screen.line(NEXT);
    }

    void reset(String lesson) {
        var rung = chosen(lesson);
        var kept = new Workshop(root, ladder).reset(rung);
        screen.line("The workshop stands at the start of lesson " + rung + "."
                + kept.map(path -> " Your own work is in " + path + ".").orElse(""));
        screen.line(NEXT);
    }

    private Rung chosen(String lesson) {
        return lesson.isEmpty()
                ? new Workshop(root, ladder)
                        .next()
                        .orElseThrow(() -> new Mistake("every lesson is done; say which one: LESSON=05"))
                : ladder.findOpen(lesson);
    }
}
