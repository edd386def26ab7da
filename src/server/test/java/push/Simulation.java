package push;

import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs worlds one after another, each from a seed of its own, until the time is up or a promise is broken.
 *
 * <p><b>Threads:</b> confined to one.
 */
public final class Simulation {
    private static final int STEPS_OF_A_LIFE = 3_000;
    private static final Logger LOG = Logger.getLogger("push");

    private Simulation() {}

    /** The result: the number of steps, and the broken promise; empty if none was. */
    public record Found(long seed, long steps, String what) {}

    /**
     * {@code Simulation [seed [steps]]}: with a seed, that world alone; otherwise fresh ones for 30 s.
     *
     * @param args may be empty strings, which count as none
     */
    public static void main(String[] args) {
        boolean isReplay = args.length > 0 && !args[0].isEmpty();
        long steps = args.length > 1 && !args[1].isEmpty() ? Long.parseLong(args[1]) : 0;
        Found found = isReplay
                ? live(Long.parseLong(args[0]), steps > 0 ? steps : STEPS_OF_A_LIFE)
                : run(System.nanoTime(), TimeUnit.SECONDS.toMillis(30), steps);
        if (!found.what.isEmpty()) {
            System.out.println(say(found));
            System.exit(1);
        }
        if (isReplay) {
            System.out.println("Seed " + found.seed + ": " + found.steps + " steps, and every promise was kept");
        }
    }

    static String say(Found found) {
        return "Seed " + found.seed + ", step " + found.steps + ": " + found.what
                + "\nThe same again: make simulate SEED=" + found.seed + " STEPS=" + found.steps;
    }

    /** Runs worlds until the time is up, or after this many steps if that is not 0. */
    static Found run(long firstSeed, long ms, long maxSteps) {
        long began = System.nanoTime();
        long steps = 0;
        long streams = 0;
        long messages = 0;
        long seed = firstSeed;
        System.out.println("Simulating from seed " + firstSeed);
        for (; maxSteps > 0 ? steps < maxSteps : System.nanoTime() - began < ms * 1_000_000; seed++) {
            World world = new World(seed);
            Found found = live(world, seed, STEPS_OF_A_LIFE);
            if (!found.what.isEmpty()) {
                return found;
            }
            steps += found.steps;
            streams += world.streams;
            messages += world.log.newest();
        }
        System.out.printf(
                "%,d steps in %,d worlds with %,d streams and %,d messages: every promise was kept%n",
                steps, seed - firstSeed, streams, messages);
        return new Found(firstSeed, steps, "");
    }

    static Found live(long seed, long steps) {
        return live(new World(seed), seed, steps);
    }

    private static Found live(World world, long seed, long steps) {
        LOG.setLevel(Level.OFF); // Planned failures would fill the screen.
        try {
            while (world.step < steps) {
                world.step();
            }
            return new Found(seed, steps, "");
        } catch (World.Violation e) {
            return new Found(seed, world.step, String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            return new Found(seed, world.step, "something came through that was to end one stream: " + e + at(e));
        } finally {
            LOG.setLevel(null);
        }
    }

    private static String at(Throwable e) {
        return e.getStackTrace().length == 0 ? "" : " at " + e.getStackTrace()[0];
    }
}
