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

    private final Ladder ladder;
    private final Screen screen;
    private final Report report;
    private final Workshop workshop;
    private final Learner learner;
    private final Hints hints;
    private final Watch watch;
    private final Keys keys;
    private Rung rung;
    private String lastRed = "";
    private boolean good;
    private boolean unjudged; // Nothing of the lesson could be judged here, which is no reason to stay.
    private Optional<Trial> trial = Optional.empty();

    Learn(Path root, Ladder ladder, Screen screen, Keys keys) {
        this.ladder = ladder;
        this.screen = screen;
        this.keys = keys;
        report = new Report(screen);
        workshop = new Workshop(root, ladder);
        learner = new Learner(workshop, root.resolve("target/workshop"));
        hints = new Hints(root);
        if (workshop.setUp()) {
            screen.line("Your server is " + workshop.server() + ": the naive one, of lesson "
                    + ladder.rungs().get(0).id() + ".");
            screen.line("Why it is wrong: " + ladder.rungs().get(0).folder().resolve("README.md"));
        }
        watch = new Watch(workshop::files);
        rung = workshop.next().orElse(ladder.open().get(ladder.open().size() - 1));
    }

    /** Runs until the learner quits. */
    void run() {
        begin();
        for (char key = ' '; key != 'q'; key = keys.next(LOOK_MS)) {
            press(key);
            if (watch.changed()) {
                trial.ifPresentOrElse(Trial::makeStale, this::judgeSaved);
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
        Trial.callOff();
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
            return hints.next(rung);
        } catch (Mistake e) {
            return "No hint: " + e.getMessage();
        }
    }

    private void begin() {
        screen.line("");
        screen.line(screen.bold("Lesson " + rung) + "   " + screen.faint(rung.folder() + "/README.md"));
        if (rung.judged()) {
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
        if (rung.judged()) {
            var first = lastRed.isEmpty() ? rung.red().map(Rung.Red::test).orElse("") : lastRed;
            var judged = rung;
            trial = Optional.of(
                    new Trial(learner, rung, first, savedMs, test -> screen.passing(judged + "  " + test + " …")));
        }
    }

    private void tell(Trial ended) {
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
            workshop.done(rung);
        }
    }

    private void forward() {
        var next = ladder.after(rung);
        if (!rung.judged()) {
            workshop.done(rung);
            good = true;
        }
        if (!mayGoOn()) {
            screen.line("This lesson is not green yet.");
            next();
        } else if (next.isEmpty()) {
            next();
        } else {
            trial.ifPresent(Trial::makeStale);
            trial.ifPresent(Trial::result);
            trial = Optional.empty();
            rung = next.get();
            lastRed = "";
            good = false;
            unjudged = false;
            begin();
        }
    }

    /** The last line: how far it is, and what to do next. */
    private void next() {
        var lessons = ladder.open();
        var todo = good ? "" : (rung.judged() ? "save to try again" : "make cost, then n") + " · h hint · ";
        if (mayGoOn()) {
            todo += ladder.after(rung).map(after -> "n next: " + after).orElse("all done: make check") + " · ";
        }
        screen.last(Screen.bar(workshop.doneOf(lessons), lessons.size()) + "  " + todo + "l list · q quit");
    }

    /** It was green once, whatever it is now, or nothing here can tell. */
    private boolean mayGoOn() {
        return unjudged || workshop.progress().contains(rung.slug());
    }

    private void list() {
        screen.line("");
        for (var line : list(ladder, workshop, rung)) {
            screen.line(line);
        }
        next();
    }

    /** All lessons, with a mark at those that are done and at the current one. */
    static List<String> list(Ladder ladder, Workshop workshop, Rung current) {
        var done = workshop.progress();
        return ladder.rungs().stream()
                .map(rung -> (rung.later()
                                ? "  to come  "
                                : done.contains(rung.slug())
                                        ? "  done     "
                                        : rung == current ? "  now      " : "           ")
                        + rung)
                .toList();
    }
}
