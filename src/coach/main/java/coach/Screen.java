package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Prints the coach's output: on a terminal in colour and with a last line that changes, elsewhere in plain lines.
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock.
 */
final class Screen {

    private static final String CLEAR = "\r\033[K";

    private final PrintStream out;
    private final boolean terminal;
    private final boolean coloured;
    private final int width; // Lines are broken here between words.
    /** The text on the line that changes; empty if the cursor is at the start of a fresh line. */
    private String status = "";

    Screen(OutputStream out, boolean terminal, boolean coloured, int width) {
        this.out = new PrintStream(out, true, UTF_8);
        this.terminal = terminal;
        this.coloured = coloured;
        this.width = width;
    }

    /**
     * Returns the standard output. coach.sh says whether it is a terminal, because Java cannot tell. A dumb terminal
     * gets plain lines, as wide as it is; a file gets each line whole.
     */
    static Screen standard() {
        int width = Integer.getInteger("coach.columns", 0);
        boolean terminal =
                width > 0 && !System.getenv().getOrDefault("TERM", "dumb").equals("dumb");
        boolean coloured =
                terminal && System.getenv().getOrDefault("NO_COLOR", "").isEmpty();
        return new Screen(
                new FileOutputStream(FileDescriptor.out), terminal, coloured, width > 0 ? width : Integer.MAX_VALUE);
    }

    boolean terminal() {
        return terminal;
    }

    synchronized void line(String text) {
        if (!status.isEmpty()) {
            out.print(CLEAR);
            status = "";
        }
        text.lines()
                .map(String::stripTrailing)
                .forEach(line -> Wrap.line(line, width).forEach(out::println));
        if (text.isEmpty()) {
            out.println();
        }
    }

    /** Sets the line that changes during an operation; only a terminal shows it. */
    synchronized void passing(String text) {
        if (terminal) {
            show(text);
        }
    }

    /** Sets the last line, which says what to do next, until something else is printed; of several lines, the last. */
    synchronized void last(String text) {
        var lines = Wrap.line(text, width - 1);
        lines.subList(0, lines.size() - 1).forEach(this::line);
        if (terminal) {
            show(lines.get(lines.size() - 1));
        } else {
            out.println(lines.get(lines.size() - 1));
        }
    }

    private void show(String text) {
        // A wrapped line could not be cleared again.
        var fitting = Wrap.cut(text, width - 1);
        out.print((status.isEmpty() ? "" : CLEAR) + fitting);
        out.flush();
        status = fitting;
    }

    String green(String text) {
        return coloured("32;1", text);
    }

    String red(String text) {
        return coloured("31;1", text);
    }

    String yellow(String text) {
        return coloured("33;1", text);
    }

    String faint(String text) {
        return coloured("2", text);
    }

    String bold(String text) {
        return coloured("1", text);
    }

    private String coloured(String code, String text) {
        return coloured && !text.isEmpty() ? "\033[" + code + "m" + text + "\033[0m" : text;
    }

    /** Returns a bar such as {@code [█████░░░░░░░░] 5 of 13}. */
    static String bar(int done, int all) {
        return "[" + "█".repeat(done) + "░".repeat(all - done) + "] " + done + " of " + all;
    }
}
