package suite;

import java.time.Duration;

/**
 * A stream that was read a byte at a time: it is slow, and it moves.
 *
 * <p><b>Threads:</b> confined to one.
 */
record Trickle(RawClient peer, Recorder stream) {

    private static final int TRIES = 5;

    /**
     * Reads so for this time, with a pause before each byte, or until the stream has ended. If it has ended and the machine
     * stood still for longer than this between two bytes, that was not the reader, and another one begins.
     */
    static Trickle read(JudgedServer server, Duration time, Duration pause, Duration longest) {
        var trickle = open(server);
        for (int i = 0; i < TRIES && trickle.read(time, pause) > longest.toMillis() && trickle.stream.ended(); i++) {
            trickle = open(server);
        }
        return trickle;
    }

    private static Trickle open(JudgedServer server) {
        var peer = server.raw(RawClient.Options.PLAIN.window(1));
        return new Trickle(peer, peer.open(Format.NDJSON));
    }

    /** Returns the longest time between two bytes, in milliseconds. */
    private long read(Duration time, Duration pause) {
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
        return longestNanos / 1_000_000;
    }
}
