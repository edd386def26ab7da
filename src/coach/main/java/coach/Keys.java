package coach;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Reads the keys that the learner presses: one by one from a terminal that coach.sh has made raw; in lines from
 * anything else.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Keys {

    private final BlockingQueue<Character> pressed = new LinkedBlockingQueue<>();

    Keys(InputStream in) {
        var reader = new Thread(
                () -> {
                    try {
                        for (int key = in.read(); key >= 0; key = in.read()) {
                            pressed.add(Character.toLowerCase((char) key));
                        }
                    } catch (IOException e) {
                        pressed.add('q'); // The terminal has gone.
                    }
                },
                "coach-keys");
        reader.setDaemon(true);
        reader.start();
    }

    /** Returns the next key, or a space if none is pressed within this time. */
    char next(long ms) {
        try {
            var key = pressed.poll(ms, TimeUnit.MILLISECONDS);
            return key == null ? ' ' : key;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 'q';
        }
    }
}
