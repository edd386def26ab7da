package coach;

import coach.Verdict.Colour;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code make check}: judges a server lesson by lesson and prints a line each.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Check {

    private static final String LEARNERS =
            "Next: make learn, which judges lesson %s at each save; make hint LESSON=%1$s";
    private static final String OTHERS =
            "Next: make check LESSON=%s KEEP_GOING=1 with the same server, for all that is red in it";

    private final Lessons all;
    private final Screen screen;
    private final Report report;

    Check(Lessons lessons, Screen screen) {
        all = lessons;
        this.screen = screen;
        report = new Report(screen);
    }

    /**
     * Judges what the environment names: CMD, STEP, or else the workshop's server; LESSON is the only lesson. A red test
     * ends its lesson, and a learner's run, unless KEEP_GOING is set.
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
            return judge(lessons, new Subject.Command(command), false, keepGoing);
        }
        if (!step.isEmpty()) {
            var lesson = all.find(step);
            var itself = Files.exists(lesson.source()) ? lesson.source().toString() : lesson.step() + ", the reference";
            screen.line("Judging the step " + itself);
            return judge(lessons, new Subject.InThisJvm(lesson.step()), false, keepGoing);
        }
        return workshop(lessons, keepGoing);
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
        var learner = new Learner(workshop, Path.of("target", "workshop"));
        var faults = learner.compile();
        if (!faults.isEmpty()) {
            screen.line(screen.red("Your server does not compile, so nothing was judged:"));
            faults.forEach(screen::line);
            return false;
        }
        boolean untilRed = lessons.size() > 1 && !keepGoing;
        screen.line("Judging " + workshop.server() + (untilRed ? ", up to the first lesson that is red" : ""));
        return judge(lessons, learner.subject(), true, keepGoing);
    }

    private Verdict judge(Lesson lesson, Subject subject, boolean keepGoing) {
        var first = lesson.red().map(Lesson.Red::test).orElse("");
        var judge = new Judge(first, !keepGoing, test -> screen.passing(lesson + "  " + test + " …"));
        var verdict = judge.judge(lesson, subject);
        report.line(verdict);
        if (verdict.isGood()) {
            report.notJudged(verdict);
        } else {
            report.why(verdict);
        }
        return verdict;
    }

    /** @param learners whether it is a learner's server, of which the lessons after the first red one are left out */
    private boolean judge(List<Lesson> lessons, Subject subject, boolean learners, boolean keepGoing) {
        var verdicts = new ArrayList<Verdict>();
        for (var lesson : lessons) {
            var verdict = judge(lesson, subject, keepGoing);
            verdicts.add(verdict);
            if (bad(verdict) && learners && !keepGoing) {
                break;
            }
        }
        return summary(verdicts, lessons.size(), learners ? LEARNERS : OTHERS);
    }

    private boolean summary(List<Verdict> verdicts, int lessons, String next) {
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
        screen.line("Of " + Text.count(lessons, "lesson") + ": " + String.join(", ", said));
        long notJudged = verdicts.stream()
                .mapToLong(verdict -> verdict.count(Verdict.Outcome.NOT_JUDGED))
                .sum();
        if (notJudged > 0) {
            screen.line(Text.count(notJudged, "test") + " not judged, which is neither green nor red");
        }
        var red = verdicts.stream().filter(Check::bad).findFirst();
        screen.line(red.map(verdict -> next.formatted(verdict.lesson().id()))
                .orElse(
                        notJudged > 0
                                ? "Next: give those tests what they need, so that they can be judged."
                                : lessons == 1
                                        ? "Next: make check" + (next.equals(LEARNERS) ? "" : " with the same server")
                                                + ", which judges it by every lesson."
                                        : "Next: nothing is left to do."));
        return red.isEmpty()
                && verdicts.size() == lessons
                && verdicts.stream().anyMatch(verdict -> verdict.count(Verdict.Outcome.GREEN) > 0);
    }

    private static boolean bad(Verdict verdict) {
        return verdict.colour() == Colour.RED || verdict.colour() == Colour.NO_TEST;
    }
}
