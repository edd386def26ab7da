package suite;

import java.time.Duration;

/**
 * Reads one stream a byte at a time: it is slow, and it moves.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Trickle {

    private Trickle() {}

    /**
     * Reads so for this time from the first stream of a client whose windows are one byte, or until it has ended. Returns the
     * longest time between two bytes: a machine may stand still.
     */
    static Duration read(RawClient peer, Recorder stream, Duration time, Duration pause) {
        var trickle = Deadline.exactly(time);
        long longestNanos = 0;
        int sent = 1;
        for (long before = System.nanoTime(); !trickle.passed() && !stream.ended(); ) {
            int expected = sent++;
            peer.await(frame -> stream.text().length() >= expected || stream.ended(), "byte " + expected);
            Deadline.pause(pause);
            peer.windowUpdate(1, 1);
            long now = System.nanoTime();
            longestNanos = Math.max(longestNanos, now - before);
            before = now;
        }
        return Duration.ofNanos(longestNanos);
    }
}
