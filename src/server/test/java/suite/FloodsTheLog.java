package suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import push.http.Main;

/**
 * The server, which logs many lines when the file named by {@code -Dflood} exists, and then deletes the file.
 *
 * <p><b>Threads:</b> the main thread, and one that waits for the file.
 */
final class FloodsTheLog {
    static final String LINE = "one line of a flood";
    static final int LINES = 500;

    private FloodsTheLog() {}

    public static void main(String[] args) throws InterruptedException {
        var trigger = Path.of(System.getProperty("flood"));
        var waiting = new Thread(() -> flood(trigger), "flood");
        waiting.setDaemon(true);
        waiting.start();
        Main.main(args);
    }

    private static void flood(Path trigger) {
        while (!Files.exists(trigger)) {
            LockSupport.parkNanos(5_000_000);
        }
        var log = Logger.getLogger("io.undertow.request.io");
        for (int i = 0; i < LINES; i++) {
            log.severe(LINE);
        }
        try {
            Files.delete(trigger);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
