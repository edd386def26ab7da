package coach;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {

    @TempDir
    Path folder;

    @Test
    void aFileThatComesOrChangesIsSeenOnce() {
        var watch = new Watch(() -> Folders.files(folder, ""));

        assertFalse(seen(watch, 1));
        Text.write(folder.resolve("Server.java"), "one");
        assertTrue(seen(watch, 1_000_000));
        assertFalse(seen(watch, 1));
        Text.write(folder.resolve("Server.java"), "another");
        assertTrue(seen(watch, 1_000_000));
    }

    @Test
    void aFileThatAnEditorHasJustEmptiedIsNotSeenBeforeItIsWritten() throws IOException {
        var file = folder.resolve("Server.java");
        Text.write(file, "one");
        var watch = new Watch(() -> Folders.files(folder, ""));

        Files.writeString(file, "");
        assertFalse(seen(watch, 1), "half a save");
        Files.writeString(file, "two");

        assertTrue(seen(watch, 1_000_000));
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

    private static boolean seen(Watch watch, int times) {
        for (int i = 0; i < times; i++) {
            if (watch.changed()) {
                return true;
            }
        }
        return false;
    }

    private static void spin(long nanos) {
        for (long end = System.nanoTime() + nanos; System.nanoTime() < end; ) {
            Thread.onSpinWait();
        }
    }
}
