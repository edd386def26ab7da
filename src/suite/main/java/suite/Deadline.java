package suite;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAccumulator;
import java.util.function.BooleanSupplier;

/**
 * A moment by which something must have happened. Checks wait for facts with a deadline, never for a fixed time, so
 * they do not delay a fast machine. On an overloaded machine everything takes longer, so a deadline grows with the
 * load.
 *
 * <p><b>Threads:</b> immutable.
 */
final class Deadline {

    /** The time that a check waits for something that should come immediately, on an idle machine. */
    static final Duration PATIENCE = Options.current().patience();

    private static final Duration POLL = Duration.ofMillis(10);
    private static final double MOST = 10;
    private static final int LOOKS = 20;
    private static final OperatingSystemMXBean MACHINE = ManagementFactory.getOperatingSystemMXBean();

    /** The largest factor by which a deadline has been extended. */
    private static final DoubleAccumulator BUSIEST = new DoubleAccumulator(Math::max, 1);

    private final long end;
    private final long looks; // A poll takes at least so many.

    private Deadline(Duration time, Duration extended) {
        end = System.nanoTime() + extended.toNanos();
        looks = Math.min(LOOKS, time.toMillis() / 2 / POLL.toMillis());
    }

    static Deadline in(Duration time) {
        return new Deadline(time, extended(time));
    }

    /** Returns the end of a time that is the same on any machine: something must not happen, or last, for this long. */
    static Deadline exactly(Duration time) {
        return new Deadline(time, time);
    }

    /** Returns a time adjusted to this machine's load: extended by the number of runnable threads per processor. */
    static Duration extended(Duration time) {
        double load = MACHINE.getSystemLoadAverage() / MACHINE.getAvailableProcessors(); // Negative if unknown.
        double factor = Math.max(1, Math.min(MOST, load));
        BUSIEST.accumulate(factor);
        return Duration.ofNanos((long) (time.toNanos() * factor));
    }

    /** Returns {@link #PATIENCE} at the current load, in milliseconds, for sockets and clients with deadlines. */
    static int patienceMs() {
        return Math.toIntExact(extended(PATIENCE).toMillis());
    }

    /** Returns the largest factor by which a deadline has been extended; 1 if the machine was never busy. */
    static double busiest() {
        return BUSIEST.get();
    }

    boolean passed() {
        return leftNanos() <= 0;
    }

    long leftNanos() {
        return end - System.nanoTime();
    }

    /**
     * Waits on {@code monitor}, whose lock the caller holds and which is notified of every change, until the condition
     * holds. Returns whether it does.
     */
    boolean await(Object monitor, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (passed()) {
                return false;
            }
            try {
                // At least a millisecond: Object.wait(0) would wait for ever.
                TimeUnit.MILLISECONDS.timedWait(monitor, leftNanos() / 1_000_000 + 1);
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
        return true;
    }

    /**
     * Polls until the condition holds, for facts without a notification. Returns whether it does. When a pause takes
     * much longer than it should, the machine has stood still, and the server with it: that time does not count. Where the
     * condition itself takes long, as it does if it asks a server that has hardly any processor, it is looked at some more.
     */
    boolean poll(BooleanSupplier condition) {
        long lost = 0;
        for (int looked = 1; !condition.getAsBoolean(); looked++) {
            long before = System.nanoTime();
            if (before - end > lost && looked >= looks) {
                return false;
            }
            pause(POLL);
            lost += Math.max(0, System.nanoTime() - before - 2 * POLL.toNanos());
        }
        return true;
    }

    /** Lets time pass where a peer has asked for it, as with {@code Retry-After}, or between two polls. */
    static void pause(Duration time) {
        try {
            boolean counted = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
            assert !counted;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Formats a duration as a person would: {@code 5 s}, {@code 1.5 s}, {@code 20 ms}. */
    static String say(Duration time) {
        long ms = time.toMillis();
        if (ms < 1_000) {
            return ms + " ms";
        }
        return ms % 1_000 == 0 ? ms / 1_000 + " s" : Math.round(ms / 100.0) / 10.0 + " s";
    }

    static AssertionError interrupted() {
        Thread.currentThread().interrupt();
        return new AssertionError("the test was interrupted while it waited; most likely its time limit has passed");
    }

    /** Waits until something has ended successfully, such as a drain. */
    static void await(CompletableFuture<?> done) {
        boolean over = in(PATIENCE).poll(done::isDone);
        assertTrue(over, "it must be over within " + say(PATIENCE));
        done.join();
    }
}
