package suite;

import java.util.concurrent.Executor;

/**
 * A thread for each task. The common pool has only one on a machine of two processors, where tasks that wait for each other hang.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Threads {

    private Threads() {}

    /** Starts a thread for each task; it keeps no JVM from ending. */
    static Executor named(String name) {
        return named(name, Thread.currentThread().getThreadGroup());
    }

    /** The same, in this group, in which are then also the threads that the task starts. */
    static Executor named(String name, ThreadGroup group) {
        return task -> {
            var thread = new Thread(group, task, name);
            thread.setDaemon(true);
            thread.start();
        };
    }
}
