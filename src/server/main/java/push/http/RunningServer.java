package push.http;

/**
 * A server that was started in this JVM.
 *
 * <p><b>Threads:</b> any thread.
 */
public interface RunningServer extends AutoCloseable {
    /** The port that the server listens on, which the system chose if the configuration said 0. */
    int port();

    /** Says goodbye to every open stream and returns when all are gone, or when the time for it is up. */
    void drain();

    /** Stops immediately: closes every connection and returns when the server's threads have ended. */
    @Override
    void close();
}
