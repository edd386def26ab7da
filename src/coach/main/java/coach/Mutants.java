package coach;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * {@code make mutants}: each plausible wrong answer must be caught by its lesson's tests, with the promised message. A
 * wrong answer that survives because of a race is retried once, and the output says so; with {@code RUNS=20} each must
 * be caught in all of so many runs.
 *
 * <p><b>Threads:</b> one at a time; the runs of each mutant are in a lane of its bench, one after the other.
 */
final class Mutants {

    private static final int AT_LEAST = 3;

    private final Path root;
    private final Screen screen;
    private final Bench bench;
    private final int runs;
    private final Compiler compiler = new Compiler();
    private final AtomicInteger judged = new AtomicInteger(); // Counted in all lanes.

    /** @param runs how often each mutant must be caught; 0 for once, at the second try if not at the first */
    Mutants(Path root, Screen screen, Bench bench, int runs) {
        this.root = root;
        this.screen = screen;
        this.bench = bench;
        this.runs = runs;
    }

    /** A mutant's result as printed: whether it was caught as it must be, and whether only when it was retried. */
    private record Tried(String printed, boolean caught, boolean again) {}

    /** Tries the mutants of these lessons. Returns whether all were caught. */
    boolean run(List<Lesson> lessons) {
        long began = System.currentTimeMillis();
        int all = 0;
        int atSecondGo = 0;
        var uncaught = new ArrayList<String>();
        boolean enough = true;
        var tries = new ArrayList<Future<Tried>>();
        for (var one : lessons) {
            var lesson = one.byProof();
            var mutants = Mutant.read(root, lesson);
            if (mutants.size() < AT_LEAST) {
                screen.line(screen.red(
                        lesson + ": " + Text.count(mutants.size(), "mutant") + "; the least is " + AT_LEAST));
                enough = false;
            }
            mutants.forEach(mutant -> tries.add(bench.begin(() -> tryOut(lesson, mutant))));
        }
        for (var each : tries) {
            screen.passing(all + " of " + tries.size() + ", " + judged + " runs …");
            var tried = Tasks.end(each);
            screen.line(tried.printed);
            all++;
            atSecondGo += tried.again && tried.caught ? 1 : 0;
            if (!tried.caught) {
                uncaught.add(tried.printed);
            }
        }
        screen.line("");
        uncaught.forEach(screen::line); // Once more, for a reader who sees only the end of the output.
        var total = all - uncaught.size() + " of " + Text.count(all, "wrong answer") + " caught "
                + (runs == 0 ? "" : runs + " of " + runs + " times ") + "in "
                + Text.seconds(System.currentTimeMillis() - began)
                + (atSecondGo == 0 ? "" : ", " + atSecondGo + " of them when retried");
        boolean good = enough && all > 0 && uncaught.isEmpty();
        screen.line(good ? screen.green(total) : screen.red(total));
        return good;
    }

    private Tried tryOut(Lesson lesson, Mutant mutant) {
        long began = System.currentTimeMillis();
        var faults = faults(lesson, mutant);
        var took = "   " + screen.faint(Text.seconds(System.currentTimeMillis() - began));
        long caught = faults.stream().filter(String::isEmpty).count();
        boolean good = runs == 0 ? caught == 1 : caught == runs;
        var once = good ? "caught    " : "NOT CAUGHT";
        var line = lesson.id() + "  " + (runs == 0 ? once : "caught " + caught + " of " + runs) + "  " + mutant.name();
        boolean again = runs == 0 && faults.size() == 2;
        var printed = (good ? line : screen.red(line)) + took + (again ? "   retried:" : "") + reasons(faults);
        return new Tried(printed, good, again);
    }

    /** Returns what each run said: why the mutant was not caught, or an empty string. */
    private List<String> faults(Lesson lesson, Mutant mutant) {
        var faults = new ArrayList<String>();
        try (var server = new MutantServer(root, lesson, mutant, compiler, bench)) {
            do {
                faults.add(server.fault());
                judged.incrementAndGet();
            } while (faults.size() < runs
                    || runs == 0 && faults.size() == 1 && !faults.get(0).isEmpty());
        } catch (UserError e) {
            faults.add(e.getMessage());
        }
        return faults;
    }

    /** Returns the reasons, indented, each once; of many runs with its number. */
    private String reasons(List<String> faults) {
        var times = new LinkedHashMap<String, Integer>();
        faults.stream().filter(fault -> !fault.isEmpty()).forEach(fault -> times.merge(fault, 1, Integer::sum));
        return times.entrySet().stream()
                .map(fault -> (runs == 0 ? "" : fault.getValue() + " × ") + fault.getKey())
                .map(fault -> "\n" + Text.indent(fault, 4))
                .collect(Collectors.joining());
    }
}
