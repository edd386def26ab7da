package suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads all output of a process, so that the process never waits, and keeps only the last part, so that a process that
 * prints without end does no harm.
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock.
 */
public final class ProcessOutput {

    private static final int KEPT_CHARS = 4_000;
    private static final int FIRST_CHARS = 1_500;
    private static final int FIRST_LINES = 6;
    private static final int LAST_LINES = 6;
    /** Lines that do not help in a stack trace of Java or Go: frames of libraries, and the number of omitted ones. */
    private static final Pattern FRAME = Pattern.compile(
            "\\s+(at ([a-z.]+/)?(java|javax|jdk|sun|io\\.undertow|org\\.xnio|org\\.jboss|tools\\.jackson)\\..*|\\.\\.\\. [0-9]+ more)"
                    + "|(net/http|golang\\.org/x|runtime|crypto/tls|sync|bufio|io)[./].*\\(.*\\)"
                    + "|created by .*|\\s+/.*\\.go:[0-9]+( \\+0x[0-9a-f]+)?");

    /** That Undertow starts or stops, which it logs in two lines. */
    private static final Pattern START =
            Pattern.compile(".* (io\\.undertow\\.Undertow (start|stop)|org\\.(xnio|jboss\\.threads)\\.\\S+ <clinit>)"
                    + "|INFO: ((starting|stopping) server: Undertow|XNIO|JBoss Threads) .*");

    private static final Pattern URL = Pattern.compile("https://localhost:([0-9]{1,5})[^0-9]");

    @GuardedBy("this")
    private final StringBuilder kept = new StringBuilder();

    /** The first lines after the mark: an exception or a panic states its kind there. */
    @GuardedBy("this")
    private final StringBuilder first = new StringBuilder();

    /** The position in the kept text where the text after the mark begins. */
    @GuardedBy("this")
    private int marked;

    /** Whether some of the text after the mark is no longer kept. */
    @GuardedBy("this")
    private boolean lost;

    @GuardedBy("this")
    private OptionalInt port = OptionalInt.empty();

    @GuardedBy("this")
    private boolean ended;

    private ProcessOutput() {}

    public static ProcessOutput nothing() {
        return new ProcessOutput();
    }

    static ProcessOutput of(Process process) {
        var output = nothing();
        Threads.named("suite-output").execute(() -> output.drain(process.getInputStream()));
        return output;
    }

    /** Waits until all output of an ended process has been read; not long: a leftover child may hold the pipe. */
    synchronized void awaitEnd() {
        boolean all = Deadline.in(Duration.ofMillis(500)).await(this, this::ended);
        assert all || !ended;
    }

    private synchronized boolean ended() {
        return ended;
    }

    /** Returns the port in the first address {@code https://localhost:PORT/} that was printed. */
    synchronized OptionalInt port() {
        return port;
    }

    /** Returns the last lines, for the end of a failure message. */
    public synchronized String last() {
        var lines = lost ? shown(lines(first), lines(kept)) : shown(lines(kept));
        return lines.isEmpty() ? "it printed nothing" : "the last that it printed:" + lines;
    }

    public synchronized void mark() {
        marked = kept.length();
        lost = false;
        first.setLength(0);
    }

    /** Returns the first and the last lines since the mark; empty if there are none. */
    public synchronized String sinceMark() {
        return lost ? shown(lines(first), lines(kept)) : shown(lines(kept.substring(marked)));
    }

    private static List<String> lines(CharSequence text) {
        return text.toString()
                .strip()
                .lines()
                .filter(line ->
                        !FRAME.matcher(line).matches() && !START.matcher(line).matches())
                .toList();
    }

    private static String shown(List<String> lines) {
        return lines.size() <= FIRST_LINES + LAST_LINES ? join(lines) : shown(lines, lines);
    }

    private static String shown(List<String> first, List<String> last) {
        return join(first.subList(0, Math.min(FIRST_LINES, first.size()))) + "\n    …"
                + join(last.subList(Math.max(0, last.size() - LAST_LINES), last.size()));
    }

    private static String join(List<String> lines) {
        return lines.stream().map(line -> "\n    " + line).collect(Collectors.joining());
    }

    private void drain(InputStream in) {
        var bytes = new byte[8_192];
        try {
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                // A character that is cut here looks wrong in a failure message, and nowhere else.
                add(new String(bytes, 0, n, UTF_8));
            }
        } catch (IOException e) {
            add("\n(its output could not be read: " + e.getMessage() + ")");
        }
        synchronized (this) {
            ended = true;
            notifyAll();
        }
    }

    public synchronized void add(String text) {
        kept.append(text);
        first.append(text, 0, Math.min(text.length(), FIRST_CHARS - first.length()));
        if (port.isEmpty()) {
            var url = URL.matcher(kept);
            if (url.find()) {
                port = OptionalInt.of(Integer.parseInt(url.group(1)));
            }
        }
        if (kept.length() > KEPT_CHARS) {
            int over = kept.length() - KEPT_CHARS;
            lost |= over > marked;
            marked = Math.max(0, marked - over);
            kept.delete(0, kept.length() - KEPT_CHARS);
        }
    }
}
