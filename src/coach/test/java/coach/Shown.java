package coach;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;

/** What a screen has been told to show, for tests to read and to wait for. */
final class Shown extends ByteArrayOutputStream {

    private static final long PATIENCE_S = 180;

    private int read;

    Screen plain() {
        return new Screen(this, false, false, Integer.MAX_VALUE);
    }

    Screen terminal() {
        return new Screen(this, true, true, 80);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        super.write(bytes, offset, length);
        notifyAll();
    }

    synchronized String text() {
        return toString(UTF_8);
    }

    /** Waits for this text, after what was waited for before, and returns all up to its end. */
    synchronized String await(String text) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        int at;
        while ((at = text().indexOf(text, read)) < 0) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return fail(
                        "\"" + text + "\" was not shown within " + PATIENCE_S + " s, but:\n" + text().substring(read));
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return fail("interrupted");
            }
        }
        var shown = text().substring(read, at + text.length());
        read = at + text.length();
        return shown;
    }
}
