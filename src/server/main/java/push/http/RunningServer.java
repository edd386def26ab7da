package push.http;

/**
 * A server that runs in this JVM.
 *
 * <p><b>Threads:</b> any thread.
 */
public interface RunningServer extends AutoCloseable {
    /** Returns the port of the server, which the system chose if the configured port is 0. */
    int port();

    /** Sends a bye to every open stream, and returns when all have ended or the time limit is reached. */
    void drain();

    /** Stops immediately: closes every connection, and returns when the server's threads have ended. */
    @Override
    void close();
}
