package push.http;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.xnio.XnioIoThread;

/**
 * Ends the process if an IO thread has died or can no longer work.
 *
 * <p>It exists because the process would otherwise continue with its remaining threads: half the connections would
 * hang, a socket would accept nothing, and no supervisor would know. Memory may be exhausted here, so nothing is
 * allocated.
 *
 * <p><b>Threads:</b> any thread.
 */
final class LostThread implements Thread.UncaughtExceptionHandler {
    /** The exit code that the JVM itself uses after an OutOfMemoryError. */
    private static final int EXIT_CODE = 3;

    private static final byte[] LAST_WORDS =
            "push: an IO thread has failed, probably because memory ran out (see -Xmx); the server ends so that it can be started again\n"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final FileOutputStream ERR = new FileOutputStream(FileDescriptor.err);

    private LostThread() {}

    /** Installs this handler for all threads. */
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

    /** Reports the reason and ends the process. */
    static void end() {
        try {
            ERR.write(LAST_WORDS);
        } catch (IOException | RuntimeException | Error e) {
            // Ending the process matters more than the report.
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
