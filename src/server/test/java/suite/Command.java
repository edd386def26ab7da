package suite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that runs beside the test: its output so far, on both streams, and its end.
 *
 * <p><b>Threads:</b> any thread; a thread of its own reads, guarded by this object's lock.
 */
final class Command implements AutoCloseable {

    private final List<String> words;
    private final Process process;

    @GuardedBy("this")
    private final StringBuilder said = new StringBuilder();

    private Command(List<String> words, Process process) {
        this.words = words;
        this.process = process;
    }

    static Command start(String... words) {
        return start(new ProcessBuilder(words));
    }

    static Command start(ProcessBuilder builder) {
        try {
            var command = new Command(
                    builder.command(), builder.redirectErrorStream(true).start());
            Threads.named("suite-command").execute(command::read);
            return command;
        } catch (IOException e) {
            throw new AssertionError("cannot run " + builder.command().get(0) + ": " + e.getMessage(), e);
        }
    }

    private void read() {
        try (InputStream in = process.getInputStream()) {
            var buffer = new byte[8_192];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                synchronized (this) {
                    said.append(new String(buffer, 0, length, StandardCharsets.UTF_8));
                    notifyAll();
                }
            }
        } catch (IOException e) {
            // It has been closed.
        }
    }

    synchronized String said() {
        return said.toString();
    }

    /** Waits until it has printed this. */
    synchronized String await(String text) {
        if (!Deadline.in(Deadline.PATIENCE).await(this, () -> said().contains(text))) {
            throw new AssertionError(words.get(0) + " must say \"" + MalformedRecord.quote(text) + "\" within "
                    + Deadline.say(Deadline.PATIENCE) + ", but it says: " + said);
        }
        return said();
    }

    /** Waits for its end and returns its exit code. */
    int exitCode(Duration within) {
        try {
            if (process.waitFor(Deadline.extended(within).toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        }
        throw new AssertionError(
                String.join(" ", words) + " must end within " + Deadline.say(within) + "; it said: " + said());
    }

    /** Ends it like the kill command. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            process.getInputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        }
    }
}
