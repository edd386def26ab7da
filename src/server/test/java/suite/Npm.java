package suite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * The packages of {@code src/server/test/clients}, exactly as in its lockfile; installed by the first test that needs
 * them.
 *
 * <p><b>Threads:</b> any thread; installing is guarded by this class's lock, and among JVMs by one on the lockfile.
 */
final class Npm {
    static final Path FOLDER = Path.of("src/server/test/clients");
    private static final long PATIENCE_S = 120;

    private Npm() {}

    /** Returns a file of a package, such as {@code axe-core/axe.min.js}. */
    static synchronized Path file(String path) {
        var lock = FOLDER.resolve("package-lock.json");
        var modules = FOLDER.resolve("node_modules");
        var installed = modules.resolve(".package-lock.json"); // npm writes it last.
        try (var channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            channel.lock(); // Until the channel is closed: tests may run in two JVMs side by side.
            if (!Files.exists(installed)
                    || Files.getLastModifiedTime(installed).compareTo(Files.getLastModifiedTime(lock)) < 0) {
                install();
            }
        } catch (IOException e) {
            throw new AssertionError("npm is needed, and cannot be run (" + e.getMessage() + "): apt install npm", e);
        }
        var file = modules.resolve(path);
        if (!Files.exists(file)) {
            throw new AssertionError(file + " is missing, although npm has installed what " + lock + " names");
        }
        return file;
    }

    private static void install() throws IOException {
        var log = Files.createTempFile("npm", ".log");
        var process = new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline")
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroy();
                throw new AssertionError("npm ci failed in " + FOLDER + ":\n" + Files.readString(log));
            }
            Files.delete(log);
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new AssertionError("npm ci was interrupted", e);
        }
    }
}
