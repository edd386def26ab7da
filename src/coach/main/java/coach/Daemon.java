package coach;

/**
 * Starts threads that do not keep a JVM from ending.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Daemon {

    private Daemon() {}

    static void start(String name, Runnable task) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
