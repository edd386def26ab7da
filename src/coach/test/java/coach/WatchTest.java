package coach;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {

    @TempDir
    Path folder;

    @Test
    void aFileThatComesOrChangesIsSeenOnce() {
        var watch = new Watch(() -> Folders.files(folder, ""));

        assertFalse(watch.changed());
        Text.write(folder.resolve("Server.java"), "one");
        assertTrue(sees(watch));
        assertFalse(watch.changed());
        Text.write(folder.resolve("Server.java"), "another");
        assertTrue(sees(watch));
    }

    @Test
    void aFileThatAnEditorHasJustEmptiedIsNotSeenBeforeItIsWritten() throws IOException {
        var file = folder.resolve("Server.java");
        Text.write(file, "one");
        var watch = new Watch(() -> Folders.files(folder, ""));

        Files.writeString(file, "");
        // However slow the machine is, the file has been empty for less than half a second.
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(1, ChronoUnit.HOURS)));
        assertFalse(watch.changed(), "half a save");
        Files.writeString(file, "two");

        assertTrue(sees(watch));
    }

    @Test
    void aSlowFileSystemIsAskedForATenthOfTheTime() {
        var looks = new AtomicInteger();
        var watch = new Watch(() -> {
            looks.incrementAndGet();
            spin(20_000_000);
            return List.of();
        });

        for (long end = System.nanoTime() + 300_000_000; System.nanoTime() < end; ) {
            assertFalse(watch.changed());
        }

        assertTrue(looks.get() <= 4, looks + " looks in 300 ms, at 20 ms each");
    }

    private static boolean sees(Watch watch) {
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30); System.nanoTime() < end; ) {
            if (watch.changed()) {
                return true;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return false;
    }

    private static void spin(long nanos) {
        for (long end = System.nanoTime() + nanos; System.nanoTime() < end; ) {
            Thread.onSpinWait();
        }
    }
}
