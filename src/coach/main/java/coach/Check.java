package coach;

import coach.Verdict.Colour;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code make check}: judges a server lesson by lesson and prints one line each.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Check {

    private final Lessons all;
    private final Screen screen;
    private final Report report;

    Check(Lessons lessons, Screen screen) {
        all = lessons;
        this.screen = screen;
        report = new Report(screen);
    }

    /**
     * Judges the server that the environment names: CMD, STEP, or else the workshop's server; LESSON is the only
     * lesson. A red test ends its lesson, and a learner's run, unless KEEP_GOING is set.
     *
     * @return whether nothing was red, something was judged, and no lesson was left out
     */
    boolean run(Map<String, String> env) {
        boolean keepGoing = !env.getOrDefault("KEEP_GOING", "").isEmpty();
        var lessons = lessons(env.getOrDefault("LESSON", ""));
        var command = env.getOrDefault("CMD", "");
        var step = env.getOrDefault("STEP", "");
        if (!command.isEmpty()) {
            screen.line("Judging " + command + ", started again with the settings of each class of tests");
            return judge(lessons, new Subject.Command(command), "CMD='" + command + "'", keepGoing);
        }
        if (!step.isEmpty()) {
            var lesson = all.step(step);
            var source = Path.of("lessons", lesson.step().replace('.', '/') + ".java");
            var itself = Files.exists(source) ? source.toString() : lesson.step() + ", the reference";
            screen.line("Judging the step " + itself);
            return judge(lessons, new Subject.InThisJvm(lesson.step()), "STEP=" + step, keepGoing);
        }
        return workshop(lessons, keepGoing);
    }

    /** Judges the workshop's server in this JVM, which an editor has started with its classes, by a lesson or the current one. */
    boolean here(String name) {
        var current = new Workshop(Path.of(""), all).next();
        var lesson = name.isEmpty() ? current.map(Lesson::id).orElse("") : name;
        return judge(lessons(lesson), new Subject.InThisJvm(LearnerHost.SERVER), "", false);
    }

    private List<Lesson> lessons(String name) {
        if (name.isEmpty()) {
            return all.judged();
        }
        var lesson = all.findOpen(name);
        if (!lesson.judged()) {
            throw new UserError("no test judges lesson " + lesson + ": read "
                    + lesson.folder().resolve("README.md"));
        }
        return List.of(lesson);
    }

    private boolean workshop(List<Lesson> lessons, boolean keepGoing) {
        var workshop = new Workshop(Path.of(""), all);
        if (!Files.exists(workshop.server())) {
            throw new UserError("there is no " + workshop.server() + " yet: make learn sets it up");
        }
        var learner = new Learner(workshop, "", Path.of("target", "workshop"));
        var faults = learner.compile();
        if (!faults.isEmpty()) {
            screen.line(screen.red("Your server does not compile, so nothing was judged:"));
            faults.forEach(screen::line);
            return false;
        }
        boolean untilRed = lessons.size() > 1 && !keepGoing;
        screen.line("Judging " + workshop.server() + (untilRed ? ", up to the first lesson that is red" : ""));
        if (keepGoing) {
            return judge(lessons, learner.process(), "", true);
        }
        try {
            return judge(
                    lessons,
                    lesson -> learner.judge(
                            lesson, LastRed.promised(lesson), test -> passing(lesson, test), (soon, later) -> {}),
                    "",
                    false);
        } finally {
            learner.kill();
        }
    }

    private boolean judge(List<Lesson> lessons, Subject subject, String server, boolean keepGoing) {
        return judge(
                lessons,
                lesson -> new Judge(first(lesson), !keepGoing, test -> passing(lesson, test)).judge(lesson, subject),
                server,
                keepGoing);
    }

    private static String first(Lesson lesson) {
        return lesson.red().map(Lesson.Red::test).orElse("");
    }

    private void passing(Lesson lesson, String test) {
        screen.passing(lesson + "  " + test + " …");
    }

    private Verdict told(Verdict verdict) {
        report.line(verdict);
        if (verdict.isGood()) {
            report.notJudged(verdict);
        } else {
            report.why(verdict);
        }
        return verdict;
    }

    /** @param server its name in make; empty for the learner's, whose lessons after the first red one are left out */
    private boolean judge(List<Lesson> lessons, Function<Lesson, Verdict> judge, String server, boolean keepGoing) {
        var verdicts = new ArrayList<Verdict>();
        for (var lesson : lessons) {
            var verdict = told(judge.apply(lesson));
            verdicts.add(verdict);
            if (bad(verdict) && server.isEmpty() && !keepGoing) {
                break;
            }
        }
        return summary(verdicts, lessons.size(), server);
    }

    private boolean summary(List<Verdict> verdicts, int lessons, String server) {
        var said = new ArrayList<String>();
        for (var colour : Colour.values()) {
            long n = verdicts.stream()
                    .filter(verdict -> verdict.colour() == colour)
                    .count();
            if (n > 0) {
                said.add(n + " " + colour.word);
            }
        }
        if (verdicts.size() < lessons) {
            said.add(lessons - verdicts.size() + " not reached");
        }
        screen.line("");
        screen.line("Of " + Text.count(lessons, "lesson") + (lessons > 1 ? " that tests judge" : "") + ": "
                + String.join(", ", said));
        long notJudged = verdicts.stream()
                .mapToLong(verdict -> verdict.count(Verdict.Outcome.NOT_JUDGED))
                .sum();
        if (notJudged > 0) {
            screen.line(Text.count(notJudged, "test") + " not judged, which is neither green nor red");
        }
        var red = verdicts.stream().filter(Check::bad).findFirst().map(Verdict::lesson);
        screen.line("Next: " + next(red, verdicts.get(verdicts.size() - 1).lesson(), notJudged > 0, lessons, server));
        return red.isEmpty()
                && verdicts.size() == lessons
                && verdicts.stream().anyMatch(verdict -> verdict.count(Verdict.Outcome.GREEN) > 0);
    }

    private String next(Optional<Lesson> red, Lesson last, boolean notJudged, int lessons, String server) {
        if (red.isPresent()) {
            var id = red.get().id();
            return server.isEmpty()
                    ? "make learn LESSON=" + id + ", which judges it at each save; make hint LESSON=" + id
                    : "make check LESSON=" + id + " KEEP_GOING=1 " + server + ", for all that is red in it";
        }
        if (notJudged) {
            return "give those tests what they need, so that they can be judged.";
        }
        if (server.isEmpty()) {
            return new Workshop(Path.of(""), all)
                    .next()
                    .map(lesson -> "make learn, which goes on with lesson " + lesson)
                    .orElse(
                            lessons == 1
                                    ? "make check, which judges all lessons"
                                    : "make run STEP=workshop, and open the page: you have built all of it");
        }
        var after = all.judged().stream().filter(lesson -> !lesson.upTo(last)).findFirst();
        return lessons == 1
                ? after.map(lesson -> "make check LESSON=" + lesson.id() + " " + server)
                        .orElse("make check " + server + ", which judges all lessons")
                : "make suite, which builds what judges the whole contract, and not only the lessons";
    }

    private static boolean bad(Verdict verdict) {
        return verdict.colour() == Colour.RED || verdict.colour() == Colour.NO_TEST;
    }
}
