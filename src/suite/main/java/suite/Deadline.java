package suite;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A moment by which something must have happened. Tests wait for facts with a deadline, never for a fixed time, so a fast
 * machine is not held up and a slow one is not called wrong.
 *
 * <p><b>Threads:</b> immutable.
 */
final class Deadline {

    /** How long a test waits for something that ought to come immediately. */
    static final Duration PATIENCE = Options.current().patience();

    private static final Duration POLL = Duration.ofMillis(10);

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
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
     * Asks again and again until the condition holds, for what nobody notifies us of. Returns whether it does. When a pause
     * takes much longer than it should, the machine stands still, and whatever is waited for with it: that does not count.
     */
    boolean poll(BooleanSupplier condition) {
        long lost = 0;
        while (!condition.getAsBoolean()) {
            long before = System.nanoTime();
            if (before - end > lost) {
                return false;
            }
            pause(POLL);
            lost += Math.max(0, System.nanoTime() - before - 2 * POLL.toNanos());
        }
        return true;
    }

    /** Lets time pass where a peer has asked for it, as with {@code Retry-After}, and between two polls. */
    static void pause(Duration time) {
        try {
            boolean counted = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
            assert !counted;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Says a duration as a person would: {@code 5 s}, {@code 1.5 s}, {@code 20 ms}. */
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

    /** Waits until something has ended well, such as a drain. */
    static void await(CompletableFuture<?> done) {
        boolean over = in(PATIENCE).poll(done::isDone);
        assertTrue(over, "it must be over within " + say(PATIENCE));
        done.join();
    }
}
