package push.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Counts the DATA bytes sent and the window credit from the peer (RFC 9113, 5.2), to find the stream that holds the
 * connection's window.
 *
 * <p>It exists because all streams of a connection share one window. A reader that stops can exhaust it, and then every
 * stream stalls; Undertow does not expose its count. Undertow also does not notice when a new
 * SETTINGS_INITIAL_WINDOW_SIZE makes the window of an open stream exceed the maximum.
 *
 * <p><b>Length:</b> every write method passes through this class, and all output is counted in one place.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class FlowMeter extends AbstractStreamSinkConduit<StreamSinkConduit> {
    private static final int HEADER_BYTES = 9;
    private static final int DATA = 0;
    private static final int LEAST = 2; // Undertow sends nothing in a window this small.

    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    private int payload; // Unsent bytes of the current frame.
    private long window = 65_535; // Of the connection; no setting changes it (6.9.2).
    private long capacity = window; // The largest it has been.
    private long initial = 65_535; // The initial window of each request.
    private int[] ids = new int[4]; // Requests without a complete response.
    private long[] held = new long[4]; // Sent on each stream minus credit received; at least 0.
    private long[] given = new long[4]; // Credit minus bytes sent on each stream; may be negative.
    private boolean[] mayHold = new boolean[4]; // Whether it may hold the window.
    private int requests;
    private long bytes; // Total that the connection has accepted.
    private int frames; // DATA frames started since the last count.
    private int last; // Streams are mostly written in order.
    private int[] positions = new int[8];

    FlowMeter(StreamSinkConduit next) {
        super(next);
    }

    /** Returns whether the connection's window is exhausted. */
    boolean isExhausted() {
        return window <= LEAST;
    }

    /** Adds a request, whose response will have a window. */
    void begin(int request) {
        if (requests == ids.length) {
            ids = Arrays.copyOf(ids, 2 * requests);
            held = Arrays.copyOf(held, 2 * requests);
            given = Arrays.copyOf(given, 2 * requests);
            mayHold = Arrays.copyOf(mayHold, 2 * requests);
        }
        ids[requests] = request;
        held[requests] = 0;
        given[requests] = 0;
        mayHold[requests++] = false;
    }

    /** Removes a request that was answered or reset. Does nothing if it was already removed. */
    void end(int request) {
        int index = indexOf(request);
        if (index >= 0) {
            int after = --requests - index;
            System.arraycopy(ids, index + 1, ids, index, after);
            System.arraycopy(held, index + 1, held, index, after);
            System.arraycopy(given, index + 1, given, index, after);
            System.arraycopy(mayHold, index + 1, mayHold, index, after);
        }
    }

    int requests() {
        return requests;
    }

    /** Removes all requests except these, because Undertow does not report the end of every request. */
    void retain(Set<Integer> open) {
        for (int i = requests - 1; i >= 0; i--) {
            if (!open.contains(ids[i])) {
                end(ids[i]);
            }
        }
    }

    /** Marks a request as a possible holder of the window, and records how many bytes were already sent on it. */
    void add(int stream, int sent) {
        if (indexOf(stream) < 0) {
            begin(stream);
        }
        int index = indexOf(stream);
        mayHold[index] = true;
        held[index] = Math.max(held[index], sent);
    }

    /** Records that a request can no longer hold the window. */
    void remove(int stream) {
        int index = indexOf(stream);
        if (index >= 0) {
            mayHold[index] = false;
        }
    }

    /**
     * Adds credit from the peer to a stream, or to the connection if the stream is 0.
     *
     * @return whether a stream's window is within the limit (RFC 9113, 6.9.1); Undertow checks the connection's window
     */
    boolean credit(int stream, int bytes) {
        if (stream == 0) {
            window += bytes;
            capacity = Math.max(capacity, window);
            return true;
        }
        int index = indexOf(stream);
        if (index < 0) {
            return true;
        }
        held[index] = Math.max(0, held[index] - bytes); // A peer may also enlarge a stream's window.
        given[index] += bytes;
        return initial + given[index] <= Integer.MAX_VALUE;
    }

    /**
     * Sets the initial window of requests. This also changes the window of each open request, which may become
     * negative.
     *
     * @return whether every window is within the limit (RFC 9113, 6.9.2)
     */
    boolean setInitial(long window) {
        initial = window;
        for (int i = 0; i < requests; i++) {
            if (initial + given[i] > Integer.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the stream that most likely holds the connection's window, or -1 if there is none. A peer that reads a
     * stream usually credits the stream as well. A stream that was never read holds exactly the bytes sent on it. If
     * they amount to the whole window, that stream is the holder, even if more was sent on another stream that was read
     * and whose credit went only to the connection.
     */
    int holder() {
        long missing = capacity - window;
        int best = -1;
        for (int i = 0; i < requests; i++) {
            if (mayHold[i] && (best < 0 || isLikelier(i, best, missing))) {
                best = i;
            }
        }
        return best < 0 || held[best] == 0 ? -1 : ids[best];
    }

    /** Returns the number of bytes that the connection has accepted. */
    long bytes() {
        return bytes;
    }

    private boolean isLikelier(int one, int other, long missing) {
        boolean holdsAll = held[one] >= missing;
        if (holdsAll != held[other] >= missing) {
            return holdsAll;
        }
        return holdsAll ? held[one] < held[other] : held[one] > held[other];
    }

    /** Returns the number of DATA frames sent since the last call. */
    int takeFrames() {
        int taken = frames;
        frames = 0;
        return taken;
    }

    private int indexOf(int stream) {
        for (int i = 0; i < requests; i++) {
            int index = last - 1 - i;
            index = index < 0 ? index + requests : index;
            if (index >= 0 && index < requests && ids[index] == stream) {
                last = index;
                return index;
            }
        }
        return -1;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        return write(bytes, false);
    }

    @Override
    public int writeFinal(ByteBuffer bytes) throws IOException {
        return write(bytes, true);
    }

    private int write(ByteBuffer bytes, boolean isLast) throws IOException {
        int position = bytes.position();
        int count = isLast ? super.writeFinal(bytes) : super.write(bytes);
        count(bytes, position);
        return count;
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) throws IOException {
        return write(buffers, offset, length, false);
    }

    @Override
    public long writeFinal(ByteBuffer[] buffers, int offset, int length) throws IOException {
        return write(buffers, offset, length, true);
    }

    private long write(ByteBuffer[] buffers, int offset, int length, boolean isLast) throws IOException {
        keepPositions(buffers, offset, length);
        long count = isLast ? super.writeFinal(buffers, offset, length) : super.write(buffers, offset, length);
        countAll(buffers, offset, length);
        return count;
    }

    private void keepPositions(ByteBuffer[] buffers, int offset, int length) {
        if (positions.length < length) {
            positions = new int[2 * length];
        }
        for (int i = 0; i < length; i++) {
            positions[i] = buffers[offset + i].position();
        }
    }

    private void countAll(ByteBuffer[] buffers, int offset, int length) {
        for (int i = 0; i < length; i++) {
            count(buffers[offset + i], positions[i]);
        }
    }

    /** Counts the bytes that were just taken from a buffer. */
    private void count(ByteBuffer bytes, int start) {
        int end = bytes.position();
        this.bytes += end - start;
        for (int at = start; at < end; ) {
            if (payload > 0) {
                int count = Math.min(payload, end - at);
                payload -= count;
                at += count;
            } else {
                header.put(bytes.get(at++));
                if (!header.hasRemaining()) {
                    header.clear();
                    frame(header);
                }
            }
        }
    }

    private void frame(ByteBuffer frame) {
        int lengthAndType = frame.getInt(0);
        payload = lengthAndType >>> 8;
        if ((lengthAndType & 0xff) == DATA && payload > 0) {
            window -= payload;
            frames++;
            int index = indexOf(frame.getInt(5));
            if (index >= 0) {
                held[index] += payload;
                given[index] -= payload;
            }
        }
    }
}
