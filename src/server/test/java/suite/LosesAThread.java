package suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.xnio.XnioIoThread;
import push.http.Main;

/**
 * The server, which loses an IO thread when the file named by {@code -Dlose} exists: the thread's own loop fails,
 * outside of everything that the loop runs, as it does when memory runs out.
 *
 * <p><b>Threads:</b> the main thread, and one that waits for the file.
 */
final class LosesAThread {

    private LosesAThread() {}

    public static void main(String[] args) throws InterruptedException {
        var trigger = Path.of(System.getProperty("lose"));
        var waiting = new Thread(() -> lose(trigger), "lose");
        waiting.setDaemon(true);
        waiting.start();
        Main.main(args);
    }

    private static void lose(Path trigger) {
        while (!Files.exists(trigger)) {
            LockSupport.parkNanos(5_000_000);
        }
        Thread.getAllStackTraces().keySet().stream()
                .filter(XnioIoThread.class::isInstance)
                .findFirst()
                .ifPresent(LosesAThread::closeSelector);
    }

    private static void closeSelector(Thread thread) {
        try {
            var field = thread.getClass().getDeclaredField("selector");
            field.setAccessible(true);
            ((Selector) field.get(thread)).close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("XNIO's threads have their selector elsewhere", e);
        }
    }
}
