package bench;

import java.util.Locale;

/**
 * Prints the current measurement, and the results.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Progress {
    private final long began = System.nanoTime();

    void say(String what) {
        System.out.printf("%4d s  %s%n", (System.nanoTime() - began) / 1_000_000_000L, what);
    }

    void found(String what) {
        System.out.println("          " + what);
    }

    void found(Results.Wire wire) {
        Experiment.Run run = wire.run();
        found(String.format(
                Locale.ROOT,
                "%s, %,d streams: %,.0f deliveries/s, %.2f µs of CPU each, p50 %,.0f µs, p99 %,.0f µs%s",
                wire.row().toLowerCase(Locale.ROOT).replace('_', ' '),
                wire.streams(),
                wire.perSecond(),
                run.cpuMicros(),
                run.p50Micros(),
                run.p99Micros(),
                run.problem().isEmpty() ? "" : " (" + run.problem() + ")"));
    }
}
