package push;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * An event loop on its own thread and in real time, for tests that depend on several threads.
 *
 * <p><b>Threads:</b> any thread.
 */
final class ThreadLoop implements EventLoop, AutoCloseable {
    private volatile Thread thread; // Volatile: set by the loop's thread before it does anything.
    private final ScheduledExecutorService executor = new ScheduledThreadPoolExecutor(1, task -> {
        thread = new Thread(task, "loop");
        thread.setDaemon(true);
        return thread;
    });

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            // It has ended.
        }
    }

    @Override
    public void executeAfter(Runnable task, long ms) {
        try {
            executor.schedule(task, ms, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // It has ended.
        }
    }

    @Override
    public void executeAfterInput(Runnable task) {
        execute(task);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public boolean isCurrent() {
        return thread == Thread.currentThread();
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
