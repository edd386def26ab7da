package coach;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Detects changed files by polling their times and sizes, which works alike on every system, in containers, over shared
 * folders, and with every editor. A file system that is slow to answer is polled less often.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Watch {

    private static final String EMPTY = " 0";
    private static final long HALF_SAVED_MS = 500;

    private final Supplier<List<Path>> files;
    private Map<Path, String> seen;
    private long notBefore = System.nanoTime();

    Watch(Supplier<List<Path>> files) {
        this.files = files;
        seen = look();
    }

    /** Returns whether a file has appeared, gone or changed since the last call. */
    boolean changed() {
        long began = System.nanoTime();
        if (began < notBefore) {
            return false;
        }
        Map<Path, String> now;
        try {
            now = look();
        } catch (UserError e) { // An editor has just removed a file: the next look sees the result.
            return false;
        }
        notBefore = began + 10 * (System.nanoTime() - began);
        if (isHalfSaved(now)) {
            return false;
        }
        boolean changed = !now.equals(seen);
        seen = now;
        return changed;
    }

    /** Returns when the latest of the files was saved, as a time of day in milliseconds. */
    long lastSaveMs() {
        return seen.keySet().stream().mapToLong(Watch::modified).max().orElse(System.currentTimeMillis());
    }

    /** Returns whether a file has just become empty: many editors empty a file before they write it. */
    private boolean isHalfSaved(Map<Path, String> now) {
        return now.entrySet().stream()
                .anyMatch(file -> file.getValue().endsWith(EMPTY)
                        && !file.getValue().equals(seen.get(file.getKey()))
                        && System.currentTimeMillis() - modified(file.getKey()) < HALF_SAVED_MS);
    }

    private Map<Path, String> look() {
        var now = new HashMap<Path, String>();
        files.get()
                .forEach(file ->
                        now.put(file, modified(file) + " " + file.toFile().length()));
        return now;
    }

    private static long modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            return 0; // Just being replaced: the next look sees it.
        }
    }
}
