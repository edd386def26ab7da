package bench;

import java.nio.ByteBuffer;

/**
 * One open stream as the load sees it: it finds the marks {@code ~number:nanos~} that the load has put into its
 * messages, wherever chunks are cut, and counts each message when it first arrives.
 *
 * <p>So a snapshot that repeats messages does not count them again, and a message that never comes is never counted,
 * however the server sends: one by one, in bursts or in snapshots.
 *
 * <p><b>Threads:</b> confined to the load's thread.
 */
final class Reading {
    private static final int WINDOW = 1_024; // A message this much older than the newest is not searched for.

    private final Load load;
    private final long[] seen = new long[WINDOW / 64];
    private final long from; // Messages from before it was opened are history.
    private long newest;
    private int part; // 0: between marks, 1: in the number, 2: in the time.
    private long number;
    private long nanos;
    int unacknowledged; // Bytes to be returned to the flow-control window.

    Reading(Load load, long newest) {
        this.load = load;
        this.newest = newest;
        this.from = newest + 1;
    }

    void take(ByteBuffer bytes, int count) {
        int end = bytes.position() + count;
        byte[] array = bytes.array();
        for (int i = bytes.position(); i < end; i++) {
            byte b = array[i];
            if (b == '~') {
                boolean whole = part == 2;
                part = whole ? 0 : 1;
                if (whole) {
                    mark();
                }
                number = 0;
                nanos = 0;
            } else if (part == 1) {
                if (b == ':') {
                    part = 2;
                } else {
                    number = number * 10 + (b - '0');
                }
            } else if (part == 2) {
                nanos = nanos * 10 + (b - '0');
            }
        }
        bytes.position(end);
    }

    private void mark() {
        if (number <= newest - WINDOW || number < from) {
            return; // Too old to know whether it has arrived, or is history.
        }
        while (newest < number) {
            newest++;
            set(newest, false);
        }
        if (!get(number)) {
            set(number, true);
            load.arrived(number, nanos);
        }
    }

    private boolean get(long place) {
        return (seen[(int) (place / 64 % seen.length)] >>> (place % 64) & 1) == 1;
    }

    private void set(long place, boolean value) {
        int word = (int) (place / 64 % seen.length);
        long bit = 1L << (place % 64);
        seen[word] = value ? seen[word] | bit : seen[word] & ~bit;
    }
}
