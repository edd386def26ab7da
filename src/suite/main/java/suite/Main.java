package suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import suite.CheckResult.Outcome;

/**
 * The command: judges a server and prints what came of it; {@link Arguments} says what it takes.
 *
 * <p><b>Threads:</b> the main thread.
 */
public final class Main {

    private final Arguments arguments;
    private final PrintStream out;

    private Main(Arguments arguments, PrintStream out) {
        this.arguments = arguments;
        this.out = out;
    }

    public static void main(String[] words) {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
        hush();
        // Not by returning: a check that was given up may have left threads behind.
        Runtime.getRuntime().exit(run(out, words));
    }

    /** Does what the command does, and returns its exit code. */
    static int run(PrintStream out, String... words) {
        if (words.length == 0 || List.of(words).contains("--help")) {
            out.println(Arguments.USAGE);
            return words.length == 0 ? 2 : 0;
        }
        try {
            var arguments = Arguments.parse(words);
            return new Main(arguments, out).run() ? 0 : 1;
        } catch (Arguments.Misused e) {
            out.println("Not done: " + e.getMessage() + "\n(--help says what can be asked for)");
            return 2;
        }
    }

    private boolean run() {
        var selected = Selection.of(arguments.only(), CheckClass.all());
        if (arguments.list()) {
            Listing.print(out, selected.stream().map(Selection::checks).toList(), arguments.only());
            return true;
        }
        if (arguments.command().isEmpty()) {
            reach(arguments.url());
        }
        Options.use(arguments.options());
        var began = Instant.now();
        long start = System.nanoTime();
        out.println("Judging " + arguments.server()
                + (arguments.command().isEmpty()
                        ? ", with the settings that it has"
                        : ", started again with the settings of each class of checks"));
        var results = new ArrayList<CheckResult>();
        for (int i = 1; i <= arguments.repeat(); i++) {
            if (arguments.repeat() > 1) {
                out.println("\nRun " + i + " of " + arguments.repeat());
            }
            for (var selection : selected) {
                results.addAll(judge(selection));
            }
        }
        var verdict =
                new Verdicts(arguments.server(), began, (System.nanoTime() - start) / 1_000_000, Tally.of(results));
        summary(verdict);
        arguments.report().ifPresent(file -> write(file, JunitReport.of(verdict)));
        arguments.html().ifPresent(file -> write(file, HtmlReport.of(verdict)));
        return verdict.good();
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
        var byReason = new LinkedHashMap<String, String>();
        tallies.stream()
                .filter(one -> one.outcome() == Outcome.NOT_JUDGED)
                .forEach(one ->
                        byReason.merge(firstLine(one.worst()), one.worst().name(), (some, more) -> some + ", " + more));
        byReason.forEach((why, checks) -> out.println("  not judged " + checks + ": " + why));
        return results;
    }

    private void red(CheckResult check) {
        out.println("  " + check.name() + (check.clauses().isEmpty() ? "" : "  " + check.clauses()));
        check.message().lines().forEach(line -> out.println("    " + line));
        if (!check.figures().isEmpty()) {
            out.println("    Figures: " + Verdicts.figures(check.figures()));
        }
        if (!check.likelyCause().isEmpty()) {
            out.println("    What this usually means: " + check.likelyCause());
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
        if (verdict.count(Outcome.NOT_JUDGED) > 0) {
            out.println(
                    "Not judged is neither green nor red: the server is to be set, or reached, as those checks say.");
        }
        out.println(verdict.good() ? "All that was judged is green." : "Not all is green.");
    }

    /** So that a server that is not there is not told a hundred times what is wrong with it. */
    private static void reach(String url) {
        try (var socket = new Socket()) {
            var root = Launch.root(url);
            socket.connect(new InetSocketAddress(root.host(), root.port()), 5_000);
        } catch (AssertionError e) {
            throw new Arguments.Misused(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new Arguments.Misused(
                    "nothing answers at " + url + " (" + e.getMessage() + "): start the server first");
        }
    }

    private static void write(Path file, String text) {
        try {
            var folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new Arguments.Misused(file + " cannot be written: " + e);
        }
    }

    /** What libraries log would stand between the verdicts. */
    private static void hush() {
        LogManager.getLogManager().reset();
        Logger.getLogger("").setLevel(Level.OFF);
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    }
}
