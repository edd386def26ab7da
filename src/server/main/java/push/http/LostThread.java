package push.http;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.xnio.XnioIoThread;

/**
 * Ends the process when an IO thread has died, or can do its work no longer.
 *
 * <p>It exists because the other threads would go on, and with them the process: half of the connections would hang, a
 * socket would accept nothing, and no supervisor would know. Memory may be at its end here, so nothing is allocated.
 *
 * <p><b>Threads:</b> any thread.
 */
final class LostThread implements Thread.UncaughtExceptionHandler {
    /** The JVM's own code for a process that an OutOfMemoryError has ended. */
    private static final int EXIT_CODE = 3;

    private static final byte[] LAST_WORDS =
            "push: an IO thread has failed, most likely for want of memory (see -Xmx); the server ends, to be started again\n"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final FileOutputStream ERR = new FileOutputStream(FileDescriptor.err);

    private LostThread() {}

    /** Has every thread that dies looked at from now on. */
    static void install() {
        Thread.setDefaultUncaughtExceptionHandler(new LostThread());
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        if (thread instanceof XnioIoThread) {
            end();
        }
        System.err.print("Exception in thread \"" + thread.getName() + "\" ");
        failure.printStackTrace();
    }

    /** Says why, and ends the process. */
    static void end() {
        try {
            ERR.write(LAST_WORDS);
        } catch (IOException | RuntimeException | Error e) {
            // Nobody reads it: to end matters more.
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
