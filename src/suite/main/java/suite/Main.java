package suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import suite.CheckResult.Outcome;

/**
 * The command: judges a server and prints the verdicts. {@link Arguments} describes its options.
 *
 * <p><b>Threads:</b> the main thread.
 */
public final class Main {

    private static final int SHOWN = 3;

    private final Arguments arguments;
    private final PrintStream out;

    private Main(Arguments arguments, PrintStream out) {
        this.arguments = arguments;
        this.out = out;
    }

    public static void main(String[] words) {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
        hush();
        // Returning is not enough: an abandoned check may have left threads behind.
        Runtime.getRuntime().exit(run(out, words));
    }

    /** Runs the command and returns its exit code. */
    static int run(PrintStream out, String... words) {
        if (words.length == 0 || List.of(words).contains("--help")) {
            out.println(Arguments.USAGE);
            return words.length == 0 ? 2 : 0;
        }
        try {
            var arguments = Arguments.parse(words);
            return new Main(arguments, out).run() ? 0 : 1;
        } catch (Arguments.Misused e) {
            out.println("Error: " + e.getMessage() + "\nRun it with --help for the list of options.");
            return 2;
        }
    }

    private boolean run() {
        var selected = Selection.of(arguments.only(), CheckClass.all());
        if (arguments.list()) {
            Listing.print(out, selected.stream().map(Selection::checks).toList(), arguments.only());
            return true;
        }
        Options.use(arguments.options());
        if (running()) {
            Reach.check(arguments.options());
        }
        arguments.report().ifPresent(file -> write(file, ""));
        arguments.html().ifPresent(file -> write(file, ""));
        var began = Instant.now();
        long start = System.nanoTime();
        out.println("Judging " + arguments.server()
                + (running()
                        ? ", with its own settings"
                        : ", started again with the settings of each class of checks"));
        var results = judge(arguments.only().isEmpty() ? Selection.ofOneServer(selected) : selected);
        var verdict =
                new Verdicts(arguments.server(), began, (System.nanoTime() - start) / 1_000_000, Tally.of(results));
        summary(verdict);
        arguments.report().ifPresent(file -> write(file, JunitReport.of(verdict)));
        arguments.html().ifPresent(file -> write(file, HtmlReport.of(verdict)));
        return verdict.good();
    }

    /** Returns whether the server is already running, so that it is not ours to start again. */
    private boolean running() {
        return arguments.command().isEmpty();
    }

    private List<CheckResult> judge(List<Selection> selected) {
        var results = new ArrayList<CheckResult>();
        // A server that is not ours goes down only once, so the checks that send it a SIGTERM come last.
        var last = selected.stream()
                .filter(one -> running() && arguments.pid() > 0 && one.drains())
                .toList();
        for (int i = 1; i <= arguments.repeat(); i++) {
            if (arguments.repeat() > 1) {
                out.println("\nRun " + i + " of " + arguments.repeat());
            }
            var left = new ArrayDeque<>(selected);
            left.removeAll(last);
            left.addAll(i == arguments.repeat() ? last : List.of());
            while (!left.isEmpty()) {
                var selection = left.remove();
                results.addAll(judge(selection));
                var fault = running() && !left.isEmpty() ? Reach.fault(arguments.options()) : "";
                if (!fault.isEmpty()) {
                    out.println("\nThe server is gone: " + fault + ". It was there before " + selection.checks()
                            + ", and nothing after that was run.");
                    left.forEach(one -> results.add(one.notRun("the server is gone: " + fault)));
                    return results;
                }
            }
        }
        return results;
    }

    private List<CheckResult> judge(Selection selection) {
        long began = System.nanoTime();
        var results = new Runner(Map.of(), (name, greens) -> {}).run(selection.selectors());
        long ms = (System.nanoTime() - began) / 1_000_000;
        var tallies = Tally.of(results);
        out.printf(
                "%-28s  %-10s  %s   %.1f s%n",
                selection.checks(), Verdicts.word(tallies), Verdicts.counts(tallies), ms / 1e3);
        tallies.stream().filter(one -> one.outcome() == Outcome.RED).forEach(one -> red(one.worst()));
        var byReason = new LinkedHashMap<String, List<String>>();
        tallies.stream()
                .filter(one -> one.outcome() == Outcome.NOT_JUDGED)
                .forEach(one -> byReason.computeIfAbsent(firstLine(one.worst()), why -> new ArrayList<>())
                        .add(one.worst().name()));
        byReason.forEach((why, checks) -> out.println("  not judged " + some(checks) + ": " + why));
        return results;
    }

    private static String some(List<String> checks) {
        int more = checks.size() - SHOWN;
        return String.join(", ", checks.subList(0, Math.min(SHOWN, checks.size())))
                + (more > 0 ? " and " + more + " more" : "");
    }

    private void red(CheckResult check) {
        out.println("  " + check.name() + (check.clauses().isEmpty() ? "" : "  " + check.clauses()));
        check.message().lines().forEach(line -> out.println("    " + line));
        if (!check.figures().isEmpty()) {
            out.println("    Figures: " + Verdicts.figures(check.figures()));
        }
        if (!check.likelyCause().isEmpty()) {
            out.println("    The likely cause: " + check.likelyCause());
        }
    }

    private static String firstLine(CheckResult check) {
        return check.message().lines().findFirst().orElse("");
    }

    private void summary(Verdicts verdict) {
        out.println();
        verdict.checks().stream()
                .filter(one -> one.runs() > 1 && one.count(Outcome.GREEN) < one.runs())
                .forEach(one ->
                        out.println(one.worst().type() + "." + one.worst().name() + ": " + one.ofAll()));
        out.printf(
                "Of %d checks: %s, in %.1f s%n",
                verdict.checks().size(), Verdicts.counts(verdict.checks()), verdict.ms() / 1e3);
        if (Deadline.busiest() >= 2) {
            out.printf("The machine was busy, so checks waited up to %.0f times as long.%n", Deadline.busiest());
        }
        if (verdict.count(Outcome.NOT_JUDGED) > 0) {
            out.println("Not judged means neither green nor red: those checks say what they need.");
        }
        out.println(verdict.good() ? "PASSED: everything that was judged is green." : "FAILED");
    }

    private static void write(Path file, String text) {
        try {
            var folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new Arguments.Misused("cannot write " + file + ": " + e);
        }
    }

    /** Silences the libraries, whose log lines would appear between the verdicts. */
    private static void hush() {
        LogManager.getLogManager().reset();
        Logger.getLogger("").setLevel(Level.OFF);
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    }
}
