package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Reads and writes text files, and formats figures.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Text {

    private Text() {}

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new UserError("there is no file " + file, e);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read: " + e, e);
        }
    }

    /** Writes the file, and the folders above it, unless it already says this. Returns whether it was changed. */
    static boolean write(Path file, String text) {
        try {
            if (Files.exists(file) && Files.readString(file).equals(text)) {
                return false;
            }
            var folder = file.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            // In one operation, so that a concurrent reader never sees half of it.
            var draft = Files.writeString(folder.resolve("." + file.getFileName() + ".new"), text, UTF_8);
            Files.move(draft, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            throw new UserError(file + " cannot be written: " + e, e);
        }
    }

    /** Returns text such as {@code 1.2 s}. */
    static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.1f s", ms / 1e3);
    }

    /** Returns text such as {@code 1 test} or {@code 2 tests}. */
    static String count(long n, String one) {
        return n + " " + one + (n == 1 ? "" : "s");
    }

    /** Returns text such as {@code a, b, c, d and 3 more}. */
    static String some(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(4, names.size())))
                + (names.size() > 4 ? " and " + (names.size() - 4) + " more" : "");
    }

    /** Returns a message of readable length: the beginning and the end of a long one. */
    static String brief(String message) {
        int cut = message.length() - 800;
        return cut < 100
                ? message
                : message.substring(0, 500) + " … (" + cut + " characters) … " + message.substring(500 + cut);
    }

    /** Returns the text with each line indented by this many spaces. */
    static String indent(String text, int spaces) {
        var margin = " ".repeat(spaces);
        return margin + text.replaceFirst("\\A\\s*\n", "").stripTrailing().replace("\n", "\n" + margin);
    }
}
