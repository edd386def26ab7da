package push.nats;

/**
 * The threads of this package, which do not keep a process alive.
 *
 * <p><b>Threads:</b> any thread; it has no state.
 */
final class Threads {
    private Threads() {}

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
