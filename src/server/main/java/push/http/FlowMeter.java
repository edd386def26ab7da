package push.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Counts the DATA that goes out and what the peer gives back (RFC 9113, 5.2): which stream holds the connection's window?
 *
 * <p>It exists because all streams of a connection share one window. A reader that takes nothing can use it up, and then all
 * stand still; Undertow keeps its own count to itself. And Undertow does not see when a new SETTINGS_INITIAL_WINDOW_SIZE makes
 * the window of an open stream wider than it may be.
 *
 * <p><b>Length:</b> each way to write passes here, and all that goes out is counted in one place.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class FlowMeter extends AbstractStreamSinkConduit<StreamSinkConduit> {
    private static final int HEADER_BYTES = 9;
    private static final int DATA = 0;
    private static final int LEAST = 2; // Undertow sends nothing if there is no more than that.

    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    private int payload; // Bytes of the present frame that are still to go out.
    private long window = 65_535; // Of the connection, which no setting changes (6.9.2).
    private long capacity = window; // The widest that it has been.
    private long initial = 65_535; // The window with which each request begins.
    private int[] ids = new int[4]; // Of requests that have not been answered to the end.
    private long[] held = new long[4]; // Sent on each, less what was given back to it; not below 0.
    private long[] given = new long[4]; // Given to the window of each, less what was sent: below 0 too.
    private boolean[] mayHold = new boolean[4]; // Whether it may hold the window.
    private int requests;
    private long bytes; // All that the connection has taken.
    private int frames; // Of DATA that have begun to go out since they were counted last.
    private int last; // Streams are mostly written in their order.
    private int[] positions = new int[8];

    FlowMeter(StreamSinkConduit next) {
        super(next);
    }

    /** Whether the connection's window lets nothing more out. */
    boolean isExhausted() {
        return window <= LEAST;
    }

    /** A request has come in, whose answer will have a window. */
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

    /** Its answer is out, or it was reset; harmless the second time. */
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

    /** Forgets all requests but these: Undertow does not tell of each end. */
    void retain(Set<Integer> open) {
        for (int i = requests - 1; i >= 0; i--) {
            if (!open.contains(ids[i])) {
                end(ids[i]);
            }
        }
    }

    /** Counts a request among those that may hold the window, one on which so many bytes have been sent already. */
    void add(int stream, int sent) {
        if (indexOf(stream) < 0) {
            begin(stream);
        }
        int index = indexOf(stream);
        mayHold[index] = true;
        held[index] = Math.max(held[index], sent);
    }

    /** It waits no longer. */
    void remove(int stream) {
        int index = indexOf(stream);
        if (index >= 0) {
            mayHold[index] = false;
        }
    }

    /**
     * The peer has given bytes back to a stream, or to the connection: stream 0.
     *
     * @return whether a stream's window is no wider than it may be (RFC 9113, 6.9.1); of the connection's Undertow says so
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
        held[index] = Math.max(0, held[index] - bytes); // A peer may also widen a stream's window.
        given[index] += bytes;
        return initial + given[index] <= Integer.MAX_VALUE;
    }

    /**
     * The peer has set the window with which requests begin, and so has changed that of each that is open, below 0 perhaps.
     *
     * @return whether none is wider than it may be (RFC 9113, 6.9.2)
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
     * The stream that most likely holds the connection's window, or -1 if there is none. A peer that reads a stream mostly says
     * so to the stream as well. One that has not read at all holds just what was sent on it: if that is the whole window, it is
     * the one, though another that was read, and was credited to the connection alone, has been sent more.
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

    /** How many bytes the connection has taken. */
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

    /** How many frames of DATA have gone out since this was asked last. */
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

    /** Looks at what has just been taken out of a buffer. */
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
