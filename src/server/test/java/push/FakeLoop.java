package push;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * An event loop whose time passes when a test says so: first everything that is due now, then timed tasks.
 *
 * <p><b>Threads:</b> confined to the test's.
 */
public final class FakeLoop implements EventLoop {
    private static final int MOST = 10_000; // Far more often than any test needs.

    private record Timer(long atNanos, long order, Runnable task) {}

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Queue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos).thenComparingLong(Timer::order));
    private final Queue<Runnable> afterInput = new ArrayDeque<>();
    private long nanos = 1;
    private long order;

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void executeAfter(Runnable task, long ms) {
        timers.add(new Timer(nanos + ms * 1_000_000, order++, task));
    }

    @Override
    public void executeAfterInput(Runnable task) {
        afterInput.add(task);
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public boolean isCurrent() {
        return true;
    }

    /** Does everything that is due now, and everything that follows from it. */
    public void run() {
        for (int reads = 0; reads < MOST; reads++) {
            while (runOne()) {}
            if (!read()) {
                return;
            }
        }
        throw new IllegalStateException("the loop gets no rest");
    }

    /** Signals that the input has been read: does the next task that waits for that; returns false if there is none. */
    public boolean read() {
        Runnable task = afterInput.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    /** Does the next task; returns false if there is none. */
    public boolean runOne() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    /** Lets time pass, and does everything that becomes due meanwhile. */
    public void pass(long ms) {
        run();
        long end = nanos + ms * 1_000_000;
        for (Timer next = timers.peek(); next != null && next.atNanos <= end; next = timers.peek()) {
            timers.remove();
            nanos = Math.max(nanos, next.atNanos);
            next.task.run();
            run();
        }
        nanos = end;
    }

    /** Lets time pass without doing anything: the machine slept. */
    public void sleep(long ms) {
        nanos += ms * 1_000_000;
    }

    /** Returns the number of tasks whose time is still to come. */
    public int timers() {
        return timers.size();
    }
}
