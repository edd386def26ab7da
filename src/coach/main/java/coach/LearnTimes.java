package coach;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code make learn-times}: measures the learner's wait from a save to the verdict, in each lesson: with the step on
 * which the lesson promises to be red, and with the lesson's own step. It does the same as {@code make learn}, in a
 * separate folder.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class LearnTimes {

    private static final Path REPORT = Path.of("lessons", "TIMES.md");
    private static final double MOST_S = 3;
    private static final long WORTH_MS = 800; // Faster tests do not delay a verdict.

    /** One lesson, in seconds; long tests run after the green verdict. */
    private record Row(
            Lesson lesson,
            double red,
            double green,
            int later,
            double afterwards,
            String fault,
            List<Verdict.Test> tests) {
        boolean good() {
            return fault.isEmpty() && red < MOST_S && green < MOST_S;
        }
    }

    private final Path root;
    private final Lessons lessons;
    private final Screen screen;

    LearnTimes(Path root, Lessons lessons, Screen screen) {
        this.root = root;
        this.lessons = lessons;
        this.screen = screen;
    }

    /** @param name of the only lesson; empty for all, which are then reported in a file */
    boolean run(String name) {
        Coach.hurry("");
        var work = Folders.temporary();
        var rows = new ArrayList<Row>();
        try {
            Folders.copy(root.resolve("certs"), work.resolve("certs"));
            Folders.copy(root.resolve("lessons"), work.resolve("lessons"));
            Folders.delete(work.resolve(Workshop.FOLDER));
            var workshop = new Workshop(work, lessons);
            var learner = new Learner(workshop, "", work.resolve("classes"));
            screen.line(
                    String.format("%-34s %8s %8s   %s", "from save to verdict", "red", "green", "after the verdict"));
            for (var lesson : name.isEmpty() ? lessons.judged() : List.of(lessons.find(name))) {
                var row = row(workshop, learner, lesson);
                rows.add(row);
                screen.line(said(row));
                row.tests.stream()
                        .filter(test -> test.ms() >= (name.isEmpty() ? WORTH_MS : 0))
                        .sorted(Comparator.comparing(test -> -test.ms()))
                        .forEach(test -> screen.line(String.format("%12d ms  %s", test.ms(), test.name())));
            }
            learner.kill();
        } finally {
            Folders.delete(work);
        }
        boolean good = rows.stream().allMatch(Row::good);
        screen.line(good ? screen.green("Each verdict within 3 s.") : screen.red("Not each verdict within 3 s."));
        if (name.isEmpty()) {
            Text.write(root.resolve(REPORT), report(rows));
            screen.line(REPORT + " is written.");
        }
        return good;
    }

    private Row row(Workshop workshop, Learner learner, Lesson lesson) {
        double red = 0;
        var fault = "";
        var first = LastRed.promised(lesson);
        if (lesson.red().isPresent()) {
            Folders.delete(workshop.server().getParent());
            if (lesson.hasStart()) {
                workshop.fillStart(lesson);
            } else {
                workshop.fill(lessons.find(lesson.red().get().on()));
            }
            go(workshop, learner, lesson, first, "");
            var run = go(workshop, learner, lesson, first, "// saved again\n");
            red = run.seconds;
            fault = run.soon.isGood() ? "not red, but " + run.soon.counts() : "";
        }
        if (!Files.exists(root.resolve(lesson.source()))) {
            return new Row(
                    lesson, red, 0, 0, 0, fault, List.of()); // Its answer is the reference, which no learner saves.
        }
        Folders.delete(workshop.server().getParent());
        workshop.fill(lesson);
        var run = go(workshop, learner, lesson, first, "");
        if (run.verdict.colour() == Verdict.Colour.RED) { // Tests that cannot be judged here take no time either.
            fault = "not green: "
                    + run.verdict
                            .firstRed()
                            .map(test -> test.name() + ": " + Text.brief(test.message()))
                            .orElse(run.verdict.counts());
        }
        return new Row(lesson, red, run.seconds, run.later, run.afterwards, fault, run.verdict.tests());
    }

    /** @param soon the first verdict, after this many seconds */
    private record Run(double seconds, Verdict soon, Verdict verdict, int later, double afterwards) {}

    /** Saves, and waits as {@code make learn} does. */
    private Run go(Workshop workshop, Learner learner, Lesson lesson, LastRed first, String more) {
        var watch = new Watch(workshop::files);
        long saved = System.nanoTime();
        Text.write(workshop.server(), Text.read(workshop.server()) + "// " + saved + "\n" + more);
        while (!watch.changed()) {
            LockSupport.parkNanos(Learn.LOOK_MS * 1_000_000);
        }
        screen.passing(lesson + " …");
        var run = new BackgroundRun(learner, lesson, first, OptionalLong.empty(), test -> {});
        var soon = run.verdict();
        double seconds = (System.nanoTime() - saved) / 1e9;
        if (soon.verdict().isEmpty()) {
            throw new UserError(lesson + ": " + String.join("\n", soon.faults()));
        }
        var last = run.result().verdict().orElseThrow();
        double afterwards = (System.nanoTime() - saved) / 1e9 - seconds;
        return new Run(
                seconds,
                soon.verdict().get(),
                last.isGood()
                        ? last
                        : soon.verdict().get().isGood() ? last : soon.verdict().get(),
                soon.later().size(),
                soon.later().isEmpty() ? 0 : afterwards);
    }

    private String said(Row row) {
        var line = String.format(
                Locale.ROOT,
                "%-34s %8s %8s   %s",
                row.lesson,
                seconds(row.red),
                seconds(row.green),
                row.later == 0 ? "" : Text.count(row.later, "test") + ", " + seconds(row.afterwards));
        return (row.good() ? line : screen.red(line)) + (row.fault.isEmpty() ? "" : "\n  " + row.fault);
    }

    private static String seconds(double seconds) {
        return seconds == 0 ? "–" : String.format(Locale.ROOT, "%.1f s", seconds);
    }

    private static String report(List<Row> rows) {
        var text = new StringBuilder("# From save to verdict\n\n`make learn-times` writes this page. Measured on "
                + LocalDate.now() + ", "
                + Text.count(Runtime.getRuntime().availableProcessors(), "processor") + ", "
                + System.getProperty("os.name")
                + ", JDK " + Runtime.version().feature() + ", load at its end "
                + String.format(
                        Locale.ROOT,
                        "%.1f",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage())
                + ".\n\n| lesson | red | green | after the verdict |\n|---|---:|---:|---|\n");
        for (var row : rows) {
            text.append("| ")
                    .append(row.lesson)
                    .append(" | ")
                    .append(seconds(row.red))
                    .append(" | ");
            text.append(seconds(row.green)).append(" | ");
            text.append(row.later == 0 ? "" : Text.count(row.later, "test") + ", " + seconds(row.afterwards));
            text.append(" |\n");
        }
        return text.toString();
    }
}
