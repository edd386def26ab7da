package coach;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Concurrent tasks, in the order in which they were begun.
 *
 * <p><b>Threads:</b> any thread; a task runs on one of this object's threads.
 */
final class Tasks implements AutoCloseable {

    private final ExecutorService threads;

    Tasks(int atTheSameTime) {
        threads = Executors.newFixedThreadPool(atTheSameTime, task -> {
            var thread = new Thread(task, "coach-task");
            thread.setDaemon(true);
            return thread;
        });
    }

    <T> Future<T> begin(Callable<T> task) {
        return threads.submit(task);
    }

    /** Returns the result of a task, as soon as it has ended. */
    static <T> T end(Future<T> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof UserError mistake ? mistake : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
