package suite;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A signal to a process that a test has started, for those that the JDK cannot send.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Signal {
    private Signal() {}

    static void send(long pid, String name) {
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new AssertionError("kill -" + name + " " + pid + " has failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        }
    }
}
