package bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The steps of a run with the approximate duration of each, so that it can report the remaining time.
 *
 * <p>A failed step is named in the report, and the others go on: a long run does not lose its results.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Plan {
    /** The work of a step. */
    interface Task {
        void run() throws IOException;
    }

    private record Step(String what, double seconds, Task task) {}

    private final List<Step> steps = new ArrayList<>();

    void add(String what, double seconds, Task task) {
        steps.add(new Step(what, seconds, task));
    }

    private double seconds() {
        return steps.stream().mapToDouble(Step::seconds).sum();
    }

    /** Does all steps; {@code kept} is run after each. */
    void run(Progress progress, List<String> leftOut, Task kept) throws IOException {
        progress.say(String.format(Locale.ROOT, "%d steps, about %.0f min", steps.size(), seconds() / 60));
        double left = seconds();
        double done = 0;
        long began = System.nanoTime();
        for (Step step : steps) {
            double pace = done == 0 ? 1 : (System.nanoTime() - began) / 1e9 / done;
            progress.say(String.format(Locale.ROOT, "%s (%.0f min to go)", step.what, left * pace / 60));
            try {
                step.task.run();
            } catch (IOException | UncheckedIOException e) {
                leftOut.add(step.what + ": it failed (" + e.getMessage() + ")");
                progress.found("FAILED: " + e.getMessage());
            }
            left -= step.seconds;
            done += step.seconds;
            kept.run();
        }
    }
}
