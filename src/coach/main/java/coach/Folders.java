package coach;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * Lists, copies and deletes whole folders of files.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Folders {

    private Folders() {}

    /** Returns all files below whose names have this ending, in order. */
    static List<Path> files(Path folder, String end) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.walk(folder)) {
            return files.filter(file -> Files.isRegularFile(file)
                            && file.getFileName().toString().endsWith(end))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new UserError(folder + " cannot be read: " + e, e);
        }
    }

    /** Returns the contents of the folder itself, in order. */
    static List<Path> list(Path folder) {
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new UserError(folder + " cannot be read: " + e, e);
        }
    }

    /** Copies all files below. */
    static void copy(Path from, Path to) {
        for (var file : files(from, "")) {
            var copy = to.resolve(from.relativize(file).toString());
            try {
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            } catch (IOException e) {
                throw new UserError(file + " cannot be copied: " + e, e);
            }
        }
    }

    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new UserError(folder + " cannot be deleted: " + e, e);
        }
    }

    static Path temporary() {
        try {
            return Files.createTempDirectory("coach");
        } catch (IOException e) {
            throw new UserError("no temporary folder: " + e, e);
        }
    }
}
