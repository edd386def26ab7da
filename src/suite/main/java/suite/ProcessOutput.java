package suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads all that a process prints, so that the process never waits, and keeps only the last part, so that a process that prints
 * without end does no harm.
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock.
 */
public final class ProcessOutput {

    private static final int KEPT_CHARS = 4_000;
    private static final int LAST_LINES = 12;
    /** What is of no help in a Java stack trace: the frames of libraries, and how many there are more. */
    private static final Pattern FRAME = Pattern.compile(
            "\\s+(at ([a-z.]+/)?(java|javax|jdk|sun|io\\.undertow|org\\.xnio|org\\.jboss|tools\\.jackson)\\..*|\\.\\.\\. [0-9]+ more)");

    private static final Pattern URL = Pattern.compile("https://localhost:([0-9]{1,5})[^0-9]");

    @GuardedBy("this")
    private final StringBuilder kept = new StringBuilder();

    /** Where in what is kept the text after the mark begins. */
    @GuardedBy("this")
    private int marked;

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

    /** Waits until all has been read of a process that has ended; not long, for one that it left behind may hold the pipe. */
    synchronized void awaitEnd() {
        boolean all = Deadline.in(Duration.ofMillis(500)).await(this, this::ended);
        assert all || !ended;
    }

    private synchronized boolean ended() {
        return ended;
    }

    /** The port in the first address {@code https://localhost:PORT/} that was printed. */
    synchronized OptionalInt port() {
        return port;
    }

    /** The last lines, as the end of a failure message. */
    public synchronized String last() {
        var lines = lines(kept);
        return lines.isEmpty() ? "it printed nothing" : "the last that it printed:" + lines;
    }

    public synchronized void mark() {
        marked = kept.length();
    }

    /** The last lines since the mark; empty if there are none. */
    public synchronized String sinceMark() {
        return lines(kept.substring(marked));
    }

    private static String lines(CharSequence text) {
        var lines = text.toString()
                .strip()
                .lines()
                .filter(line -> !FRAME.matcher(line).matches())
                .toList();
        return lines.stream()
                .skip(Math.max(0, lines.size() - LAST_LINES))
                .map(line -> "\n    " + line)
                .collect(Collectors.joining());
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
        if (port.isEmpty()) {
            var url = URL.matcher(kept);
            if (url.find()) {
                port = OptionalInt.of(Integer.parseInt(url.group(1)));
            }
        }
        if (kept.length() > KEPT_CHARS) {
            marked = Math.max(0, marked - (kept.length() - KEPT_CHARS));
            kept.delete(0, kept.length() - KEPT_CHARS);
        }
    }
}
