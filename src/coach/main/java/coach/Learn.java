package coach;

import coach.Verdict.Colour;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code make learn}: watches the workshop, judges it by the current lesson at each save, and says what to do next.
 *
 * <p><b>Threads:</b> confined to the coach's thread.
 */
final class Learn {

    private static final long LOOK_MS = 100;

    private final Lessons lessons;
    private final Screen screen;
    private final Report report;
    private final Workshop workshop;
    private final Learner learner;
    private final Hints hints;
    private final Watch watch;
    private final Keys keys;
    private Lesson lesson;
    private String lastRed = "";
    private boolean good;
    private boolean unjudged; // Nothing of the lesson could be judged here, which is no reason to stay.
    private Optional<BackgroundRun> trial = Optional.empty();

    Learn(Path root, Lessons lessons, Screen screen, Keys keys) {
        this.lessons = lessons;
        this.screen = screen;
        this.keys = keys;
        report = new Report(screen);
        workshop = new Workshop(root, lessons);
        learner = new Learner(workshop, root.resolve("target/workshop"));
        hints = new Hints(root);
        if (workshop.setUp()) {
            screen.line("Your server is " + workshop.server() + ": the naive one, of lesson "
                    + lessons.all().get(0).id() + ".");
            screen.line("Why it is wrong: " + lessons.all().get(0).folder().resolve("README.md"));
        }
        watch = new Watch(workshop::files);
        lesson = workshop.next().orElse(lessons.open().get(lessons.open().size() - 1));
    }

    /** Runs until the learner quits. */
    void run() {
        begin();
        for (char key = ' '; key != 'q'; key = keys.next(LOOK_MS)) {
            press(key);
            if (watch.changed()) {
                trial.ifPresentOrElse(BackgroundRun::makeStale, this::judgeSaved);
            }
            if (trial.isPresent() && trial.get().done()) {
                var ended = trial.get();
                trial = Optional.empty();
                if (ended.stale()) {
                    judgeSaved();
                } else {
                    tell(ended);
                }
            }
        }
        BackgroundRun.callOff();
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
            default -> {}
        }
    }

    private String hint() {
        try {
            return hints.next(lesson);
        } catch (UserError e) {
            return "No hint: " + e.getMessage();
        }
    }

    private void begin() {
        screen.line("");
        screen.line(screen.bold("Lesson " + lesson) + "   " + screen.faint(lesson.folder() + "/README.md"));
        if (lesson.judged()) {
            judge(OptionalLong.empty());
        } else {
            screen.line("No test judges your server in this lesson: read it, do what it says, then go on with n.");
            next();
        }
    }

    private void judgeSaved() {
        judge(OptionalLong.of(watch.lastSaveMs()));
    }

    private void judge(OptionalLong savedMs) {
        if (lesson.judged()) {
            var first = lastRed.isEmpty() ? lesson.red().map(Lesson.Red::test).orElse("") : lastRed;
            var judged = lesson;
            trial = Optional.of(new BackgroundRun(
                    learner, lesson, first, savedMs, test -> screen.passing(judged + "  " + test + " …")));
        }
    }

    private void tell(BackgroundRun ended) {
        var result = ended.result();
        screen.line("");
        if (result.verdict().isEmpty()) {
            screen.line(screen.red("It does not compile") + "   " + screen.faint(ended.time()));
            result.faults().forEach(fault -> screen.line(Text.indent(fault, 2)));
            good = false;
            unjudged = false;
        } else {
            tell(result.verdict().get(), ended.time());
        }
        next();
    }

    private void tell(Verdict verdict, String time) {
        report.line(verdict, time);
        lastRed = verdict.firstRed().map(Verdict.Test::method).orElse("");
        report.why(verdict);
        good = verdict.isGood();
        unjudged = verdict.colour() == Colour.NOT_JUDGED;
        if (good) {
            workshop.done(lesson);
        }
    }

    private void forward() {
        var next = lessons.after(lesson);
        if (!lesson.judged()) {
            workshop.done(lesson);
            good = true;
        }
        if (!mayGoOn()) {
            screen.line("This lesson is not green yet.");
            next();
        } else if (next.isEmpty()) {
            next();
        } else {
            trial.ifPresent(BackgroundRun::makeStale);
            trial.ifPresent(BackgroundRun::result);
            trial = Optional.empty();
            lesson = next.get();
            lastRed = "";
            good = false;
            unjudged = false;
            begin();
        }
    }

    /** The last line: how far it is, and what to do next. */
    private void next() {
        var open = lessons.open();
        var todo = good ? "" : (lesson.judged() ? "save to try again" : "make cost, then n") + " · h hint · ";
        if (mayGoOn()) {
            todo += lessons.after(lesson).map(after -> "n next: " + after).orElse("all done: make check") + " · ";
        }
        screen.last(Screen.bar(workshop.doneOf(open), open.size()) + "  " + todo + "l list · q quit");
    }

    /** It was green once, whatever it is now, or nothing here can tell. */
    private boolean mayGoOn() {
        return unjudged || workshop.progress().contains(lesson.slug());
    }

    private void list() {
        screen.line("");
        for (var line : list(lessons, workshop, lesson)) {
            screen.line(line);
        }
        next();
    }

    /** All lessons, with a mark at those that are done and at the current one. */
    static List<String> list(Lessons lessons, Workshop workshop, Lesson current) {
        var done = workshop.progress();
        return lessons.all().stream()
                .map(lesson -> (lesson.later()
                                ? "  to come  "
                                : done.contains(lesson.slug())
                                        ? "  done     "
                                        : lesson == current ? "  now      " : "           ")
                        + lesson)
                .toList();
    }
}
