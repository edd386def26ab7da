package suite;

import java.util.concurrent.Executor;

/**
 * Runs each task on its own thread. On a machine with two processors the common pool has only one, and tasks that wait
 * for each other hang.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Threads {

    private Threads() {}

    /** Returns an executor that starts a thread for each task; its threads keep no JVM from ending. */
    static Executor named(String name) {
        return named(name, Thread.currentThread().getThreadGroup());
    }

    /** Returns the same in this group, which also receives the threads that the task starts. */
    static Executor named(String name, ThreadGroup group) {
        return task -> {
            var thread = new Thread(group, task, name);
            thread.setDaemon(true);
            thread.start();
        };
    }
}
