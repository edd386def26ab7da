package coach;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The short commands for one lesson: its hints, its solution, and moving the workshop on the ladder.
 *
 * <p><b>Threads:</b> one at a time.
 */
record Steps(Path root, Lessons lessons, Screen screen) {

    private static final String NEXT = "Next: make learn LESSON=";

    void hint(String name) {
        var lesson = chosen(name);
        screen.line(new Hints(root).next(lesson, "make hint LESSON=" + lesson.id()));
    }

    /** Shows the lesson's changes to the step before it; the package's name is not a change. */
    void solution(String name) {
        var lesson = chosen(name);
        var before = lesson.hasStart()
                ? lesson.startSource().getParent()
                : lessons.before(lesson)
                        .orElseThrow(() -> new UserError("lesson " + lesson + " starts from nothing"))
                        .folder();
        var solution = lesson.folder().resolve("Solution.java");
        if (Files.exists(root.resolve(solution))) {
            var given = lesson.folder().resolve("Mine.java");
            show(given.toString(), solution, diff(root.resolve(given), root.resolve(solution)));
            return;
        }
        if (!Files.exists(root.resolve(lesson.source()))
                || !Files.exists(root.resolve(before).resolve("Server.java"))) {
            screen.line("The step of lesson " + lesson + " is the project's own code: see "
                    + lesson.folder().resolve("README.md"));
            return;
        }
        for (var file : Lesson.files(root.resolve(lesson.folder()))) {
            var inFolder = root.resolve(lesson.folder()).relativize(file);
            var old = before.resolve(inFolder);
            boolean isNew = !Files.exists(root.resolve(old));
            var hunks = isNew ? Diff.unified(List.of(), lines(file)) : diff(root.resolve(old), file);
            if (!hunks.isEmpty()) {
                show(isNew ? "/dev/null" : old.toString(), lesson.folder().resolve(inFolder), hunks);
            }
        }
        screen.line("");
        screen.line("To go on from there: make catch-up LESSON=" + lesson.id());
    }

    private void show(String before, Path after, String hunks) {
        screen.line("--- " + before);
        screen.line("+++ " + after);
        hunks.lines().map(this::painted).forEach(screen::line);
    }

    /** Returns the hunks between two Java files, as if they were in the same package. */
    private static String diff(Path before, Path after) {
        return Diff.unified(lines(before), lines(after));
    }

    private static List<String> lines(Path file) {
        return Text.read(file)
                .lines()
                .map(line -> line.replaceFirst("^package lesson[\\w.]+;$", "package …;"))
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

    void catchUp(String name) {
        if (name.isEmpty()) {
            throw new UserError("name the lesson: make catch-up LESSON=05");
        }
        var lesson = lessons.findOpen(name);
        var kept = workshop().catchUp(lesson);
        screen.line("The workshop is at the end of lesson " + lesson + "."
                + kept.map(path -> " Your own work is in " + path + ".").orElse(""));
        if (!Files.exists(root.resolve(lesson.source()))) {
            screen.line(
                    "That lesson's step is the reference, src/server/main/java/push, so the server in the workshop is the last"
                            + " one before it.");
        }
        screen.line(NEXT + lessons.after(lesson).orElse(lesson).id());
    }

    void reset(String name) {
        var lesson = chosen(name);
        var kept = workshop().reset(lesson);
        screen.line("The workshop is at the start of lesson " + lesson + "."
                + kept.map(path -> " Your own work is in " + path + ".").orElse(""));
        screen.line(NEXT + lesson.id());
    }

    /** Returns the workshop, if a Java step may be put there. */
    private Workshop workshop() {
        var workshop = new Workshop(root, lessons);
        if (workshop.files().isEmpty() && !workshop.anyFiles().isEmpty()) {
            throw new UserError(
                    "the server in " + Workshop.FOLDER + " is in another language, and the steps are in Java");
        }
        return workshop;
    }

    private Lesson chosen(String name) {
        return name.isEmpty()
                ? new Workshop(root, lessons)
                        .next()
                        .orElseThrow(() -> new UserError("every lesson is done; name one: LESSON=05"))
                : lessons.findOpen(name);
    }
}
