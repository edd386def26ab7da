package coach;

import coach.Verdict.Colour;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code make learn}: watches the workshop, judges it by the current lesson at each save, and says what to do next.
 *
 * <p><b>Length:</b> each key and each verdict changes the same few fields and ends with the same last line.
 *
 * <p><b>Threads:</b> confined to the coach's thread.
 */
final class Learn {

    static final long LOOK_MS = 50;

    private final Path root;
    private final Lessons lessons;
    private final Screen screen;
    private final Report report;
    private final Workshop workshop;
    private final Learner learner;
    private final Hints hints;
    private final Watch watch;
    private final Keys keys;
    private final Board board;
    private Lesson lesson;
    private LastRed lastRed = LastRed.NONE;
    private boolean good;
    private boolean unjudged; // Nothing of the lesson could be judged here, which is no reason to stay.
    private boolean told; // The trial's verdict.
    private boolean pending; // The long tests may still take the verdict back.
    private final Set<String> shown = new HashSet<>(); // The lessons whose wrong answers have been shown.
    private Optional<BackgroundRun> trial = Optional.empty();

    /** @param command starts a server in any language, which is judged instead of the workshop's Java; or empty */
    Learn(Path root, Lessons lessons, Screen screen, Keys keys, String command, Board board) {
        this(root, lessons, screen, keys, command, board, Optional.empty());
    }

    /** @param begins the first lesson; if empty, the first that is not done */
    Learn(Path root, Lessons lessons, Screen screen, Keys keys, String command, Board board, Optional<Lesson> begins) {
        this.root = root;
        this.lessons = lessons;
        this.screen = screen;
        this.keys = keys;
        this.board = board;
        report = new Report(screen);
        workshop = new Workshop(root, lessons);
        learner = new Learner(workshop, command, root.resolve("target/workshop"));
        hints = new Hints(root);
        var first = lessons.all().get(0);
        if (!command.isEmpty()) {
            workshop.setUpEmpty();
            screen.line("Your server is what this starts: " + command);
            screen.line("It is started for each class of tests, at each change in " + Workshop.FOLDER
                    + " and at the key r.");
        } else if (workshop.setUp()) {
            screen.line("Your server is " + workshop.server() + ": the naive one, of lesson " + first.id() + ".");
            screen.line("Why it is wrong: " + first.folder().resolve("README.md"));
        }
        watch = new Watch(command.isEmpty() ? workshop::files : workshop::anyFiles);
        lesson = begins.or(workshop::next)
                .orElse(lessons.open().get(lessons.open().size() - 1));
    }

    /** Runs until the learner quits. */
    void run() {
        begin();
        for (char key = ' '; key != 'q'; key = keys.next(LOOK_MS)) {
            press(key);
            if (watch.changed()) {
                trial.ifPresentOrElse(BackgroundRun::makeStale, this::judgeSaved);
            }
            trial.ifPresent(this::look);
        }
        trial.ifPresent(BackgroundRun::makeStale);
        learner.kill();
        screen.line("Until next time: make learn goes on from here.");
    }

    private void press(char key) {
        switch (key) {
            case 'h' -> {
                screen.line("");
                screen.line(hint());
                next();
            }
            case 'l' -> list();
            case 'n' -> forward();
            case 'b' -> lessons.before(lesson).ifPresentOrElse(this::goTo, this::next);
            case 'r' -> trial.ifPresentOrElse(BackgroundRun::makeStale, () -> judge(OptionalLong.empty()));
            default -> {}
        }
    }

    /** Reports the trial's progress so far. */
    private void look(BackgroundRun running) {
        if (running.judged() && !told && !running.stale()) {
            told = true;
            tell(running.verdict(), running.time());
        }
        if (!running.done()) {
            return;
        }
        trial = Optional.empty();
        if (running.stale()) {
            judgeSaved();
            return;
        }
        if (!running.verdict().later().isEmpty()) {
            tellAfterwards(
                    running.result().verdict().orElseThrow(), running.verdict().later());
        }
        if (running.result().verdict().isPresent()) {
            board.ended(learner::frames);
        }
    }

    private String hint() {
        try {
            return hints.next(lesson, "press h again");
        } catch (UserError e) {
            return "No hint: " + e.getMessage();
        }
    }

    private void begin() {
        screen.line("");
        screen.line(screen.bold("Lesson " + lesson) + "   " + screen.faint(lesson.folder() + "/README.md"));
        if (lesson.hasStart() && !lesson.equals(lessons.all().get(0))) {
            screen.line("It has a server of its own to start from: make reset LESSON=" + lesson.id()
                    + ", which keeps your work aside.");
        }
        board.lesson(workshop, lesson);
        if (lesson.judged()) {
            judge(OptionalLong.empty());
        } else {
            next();
        }
    }

    private void judgeSaved() {
        judge(OptionalLong.of(watch.lastSaveMs()));
    }

    private void judge(OptionalLong savedMs) {
        if (lesson.judged()) {
            var first = lastRed.equals(LastRed.NONE) ? LastRed.promised(lesson) : lastRed;
            var judged = lesson;
            told = false;
            pending = false;
            board.judging(judged);
            trial = Optional.of(new BackgroundRun(
                    learner, lesson, first, savedMs, test -> screen.passing(judged + "  " + test + " …")));
        }
    }

    private void tell(BackgroundRun.Result result, String time) {
        screen.line("");
        if (result.verdict().isEmpty()) {
            screen.line(screen.red("It does not compile") + "   " + screen.faint(time));
            result.faults().forEach(fault -> screen.line(Text.indent(fault, 2)));
            board.faults(lesson, result.faults());
            good = false;
            unjudged = false;
        } else {
            tell(result.verdict().get(), result.later(), time);
        }
        next();
    }

    private void tell(Verdict verdict, List<String> later, String time) {
        good = verdict.isGood();
        report.line(verdict, good && !later.isEmpty(), time);
        lastRed = LastRed.of(verdict);
        report.why(verdict);
        pending = good && !later.isEmpty();
        unjudged = verdict.colour() == Colour.NOT_JUDGED;
        if (!later.isEmpty()) {
            screen.line("  " + screen.yellow("so far") + ": what takes longer is judged now, and may take this back: "
                    + Text.some(later));
        } else if (good) {
            workshop.done(lesson);
        }
        board.verdict(workshop, lesson, verdict, later, time);
        if (good && later.isEmpty()) {
            wrongAnswers(verdict);
        }
    }

    /** Reports the results of the long tests. */
    private void tellAfterwards(Verdict verdict, List<String> later) {
        pending = false;
        if (verdict.isGood()) {
            workshop.done(lesson);
            screen.line("  " + screen.green("and still green") + " with what takes longer: " + Text.some(later)
                    + (verdict.figures().isEmpty() ? "" : "   " + screen.faint(verdict.figures())));
            board.verdict(workshop, lesson, verdict, List.of(), "");
            wrongAnswers(verdict);
        } else {
            screen.line("");
            screen.line(screen.red("The verdict is taken back") + ": it was green without what takes longer.");
            tell(verdict, List.of(), Text.seconds(verdict.ms()));
        }
        next();
    }

    /** Shows wrong answers that this server could have been red for; on the terminal once, so the verdict stays. */
    private void wrongAnswers(Verdict verdict) {
        if (Files.exists(root.resolve(lesson.folder()).resolve("mutants.txt"))) {
            var mutants = Mutant.read(root, lesson).stream()
                    .filter(mutant -> verdict.judges(mutant.method()))
                    .toList();
            if (shown.add(lesson.slug())) {
                report.wrongAnswers(mutants);
            }
            board.wrongAnswers(mutants);
        }
    }

    private void forward() {
        var next = lessons.after(lesson);
        if (!lesson.judged()) {
            workshop.done(lesson);
            good = true;
        }
        if (!step().mayGoOn()) {
            screen.line(step().whyNot());
            next();
        } else if (next.isEmpty()) {
            next();
        } else {
            goTo(next.get());
        }
    }

    private void goTo(Lesson other) {
        trial.ifPresent(BackgroundRun::makeStale);
        while (trial.isPresent() && !trial.get().done()) { // This ends whatever hangs.
            LockSupport.parkNanos(LOOK_MS * 1_000_000);
        }
        trial = Optional.empty();
        lesson = other;
        lastRed = LastRed.NONE;
        good = false;
        unjudged = false;
        told = false;
        pending = false;
        begin();
    }

    /** Prints the last line: what to do next. */
    private void next() {
        var open = lessons.open();
        // It may have been green before; a lesson that is red now is not done.
        boolean red = told
                && lesson.judged()
                && !good
                && !unjudged
                && workshop.progress().contains(lesson.slug());
        screen.line(Screen.bar(workshop.doneOf(open) - (red ? 1 : 0), open.size()));
        screen.last(step().line());
    }

    private NextStep step() {
        return new NextStep(lessons, workshop, lesson, good, unjudged, pending || !told && trial.isPresent());
    }

    private void list() {
        screen.line("");
        step().list().forEach(screen::line);
        next();
    }
}
