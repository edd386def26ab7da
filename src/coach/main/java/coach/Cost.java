package coach;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import lesson10_cost.CostBenchmark;
import lesson10_cost.Mine;
import lesson10_cost.Solution;
import lesson10_cost.Way;
import lesson10_cost.Ways;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import push.FanOutBenchmark;

/**
 * {@code make cost}: the cost of one message by the number of streams, measured by JMH. No test over the wire can
 * measure that.
 *
 * <p>The verdict counts allocated bytes, because they are the same on every machine; times are shown and not judged.
 *
 * <p><b>Length:</b> one command: its measurement, its output and its verdict.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Cost {

    private static final String FEW = "10";
    private static final String MANY = "1000";
    private static final TimeValue BRIEF = TimeValue.milliseconds(200);
    private static final String SLUG = "cost";
    private static final String ROW = "%-34s %14s %16s   %12s   %s";

    private final Path root;
    private final Lessons lessons;
    private final Screen screen;

    Cost(Path root, Lessons lessons, Screen screen) {
        this.root = root;
        this.lessons = lessons;
        this.screen = screen;
    }

    /** One message, for few streams and for many. */
    record Measured(long few, long many, double micros) {
        /** Returns whole bytes, because allocations come in eights; less than half a byte is the profiler's own. */
        long perStream() {
            return Math.round((many - few) / (Double.parseDouble(MANY) - Double.parseDouble(FEW)));
        }
    }

    /**
     * Judges the learner's way, or shows those of the ladder's steps, and the verdict on the one that the lesson starts
     * from.
     *
     * @return whether the learner's way delivers everything, and costs the same however many streams there are
     */
    boolean run(boolean ofSteps) {
        return ofSteps ? steps() : mine();
    }

    private boolean steps() {
        head();
        row("00 a snapshot encoded for each", measured(Ways.SnapshotForEach.class.getName()));
        row("04 a record encoded for each", measured(Ways.RecordForEach.class.getName()));
        row("05 a queue for each", measured(Ways.QueueForEach.class.getName()));
        var given = measured(Mine.class.getName());
        row("09 a place for each", given);
        row("10 a place for each, one buffer", measured(Solution.class.getName()));
        row(
                "10 a place for each, one batch",
                measured(of(FanOutBenchmark.class.getName() + ".oneLogWithCursors")
                        .param("burst", "1")));
        screen.line("");
        screen.line("and of Mine.java, as it is given:");
        verdict(given);
        return true;
    }

    private boolean mine() {
        var workshop = root.resolve(Workshop.FOLDER);
        var file = workshop.resolve("Mine.java");
        if (!Files.exists(file)) {
            var given = Text.read(root.resolve(lessons.find(SLUG).folder()).resolve("Mine.java"));
            Text.write(
                    file,
                    given.replace(
                            "package lesson10_cost;",
                            "package workshop;\n\nimport lesson10_cost.Sink;\nimport lesson10_cost.Way;"));
            screen.line("Yours is " + root.relativize(file) + ". It begins as lesson 09 had it: make it cheaper, then"
                    + " make cost again.");
        }
        var classes = root.resolve("target").resolve(SLUG);
        var faults = new Compiler().compile(List.of(file), classes);
        if (!faults.isEmpty()) {
            screen.line(screen.red("It does not compile"));
            faults.forEach(fault -> screen.line(Text.indent(fault, 2)));
            return false;
        }
        // The JVMs that JMH starts have this JVM's class path.
        System.setProperty("java.class.path", classes + File.pathSeparator + System.getProperty("java.class.path"));
        var fault = delivers(classes);
        if (!fault.isEmpty()) {
            screen.line(screen.red("It does not deliver, so it was not measured: ") + fault);
            return false;
        }
        head();
        var measured = measured("workshop.Mine");
        row("yours", measured);
        screen.line("");
        return verdict(measured);
    }

    /** Returns the messages that the learner's way fails to deliver, or nothing. */
    private static String delivers(Path classes) {
        try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            var way = loader.loadClass("workshop.Mine").getConstructor().newInstance();
            return Delivered.fault((Way) way);
        } catch (ReflectiveOperationException | ClassCastException e) {
            return "it must be a public class workshop.Mine that implements Way, with a constructor that takes nothing";
        } catch (IOException e) {
            throw new UserError("its classes cannot be read: " + e, e);
        }
    }

    private boolean verdict(Measured measured) {
        if (measured.perStream() == 0) {
            screen.line(screen.green("A message costs the same, however many streams there are."));
            new Workshop(root, lessons).done(lessons.find(SLUG));
            screen.line("Next: n in make learn");
            return true;
        }
        screen.line(screen.red("Each further stream allocates " + measured.perStream()
                + " bytes for each message, and it must allocate none."));
        screen.line("    " + screen.bold("The likely cause: ")
                + "Something is allocated for each stream: a buffer, a record, a link of a queue.");
        screen.line("Next: change " + Workshop.FOLDER.resolve("Mine.java") + ", then make cost; make hint LESSON=10");
        return false;
    }

    private void head() {
        screen.line(String.format(
                ROW,
                "bytes allocated for one message",
                "10 streams",
                "1,000 streams",
                "each further",
                "time for 1,000"));
    }

    private void row(String name, Measured measured) {
        screen.line(String.format(
                Locale.ROOT,
                ROW,
                name,
                bytes(measured.few),
                bytes(measured.many),
                bytes(measured.perStream()),
                String.format(Locale.ROOT, "%.1f µs", measured.micros)));
    }

    private static String bytes(long bytes) {
        return String.format(Locale.ROOT, "%,d B", bytes);
    }

    Measured measured(String way) {
        return measured(of(CostBenchmark.class.getName()).param("way", way));
    }

    private static ChainedOptionsBuilder of(String benchmark) {
        return new OptionsBuilder().include(benchmark.replace(".", "\\.") + "(\\.|$)");
    }

    private Measured measured(ChainedOptionsBuilder options) {
        screen.passing("measuring …");
        System.setProperty("jmh.ignoreLock", "true"); // Another process changes times, which are not judged.
        try {
            var runs = new Runner(options.param("streams", FEW, MANY)
                            .jvmArgs("-Xmx512m")
                            .warmupIterations(5)
                            .warmupTime(BRIEF)
                            .measurementIterations(3)
                            .measurementTime(BRIEF)
                            .addProfiler(GCProfiler.class)
                            .verbosity(VerboseMode.SILENT)
                            .build())
                    .run();
            var byStreams = new HashMap<String, RunResult>();
            runs.forEach(run -> byStreams.put(run.getParams().getParam("streams"), run));
            var many = byStreams.get(MANY);
            return new Measured(
                    allocated(byStreams.get(FEW)),
                    allocated(many),
                    many.getPrimaryResult().getScore());
        } catch (RunnerException e) {
            throw new UserError("JMH has not measured it: " + e.getMessage(), e);
        }
    }

    private static long allocated(RunResult run) {
        return Math.round(run.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
    }
}
