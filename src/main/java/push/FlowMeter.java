package push;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Counts the DATA that goes out and what the peer gives back (RFC 9113, 5.2): which stream holds the connection's window?
 *
 * <p>It exists because all streams of a connection share one window. A reader that takes nothing can use it up, and then all
 * stand still; Undertow keeps its own count to itself.
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
    private int[] ids = new int[4];
    private long[] held = new long[4]; // Sent on each stream, less what was given back to it.
    private int streams;
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

    /** Counts a stream on which so many bytes have been sent already. */
    void add(int stream, int sent) {
        if (streams == ids.length) {
            ids = Arrays.copyOf(ids, 2 * streams);
            held = Arrays.copyOf(held, 2 * streams);
        }
        ids[streams] = stream;
        held[streams++] = sent;
    }

    void remove(int stream) {
        int index = indexOf(stream);
        if (index >= 0) {
            streams--;
            System.arraycopy(ids, index + 1, ids, index, streams - index);
            System.arraycopy(held, index + 1, held, index, streams - index);
        }
    }

    /** The peer has given bytes back to a stream, or to the connection: stream 0. */
    void credit(int stream, int bytes) {
        if (stream == 0) {
            window += bytes;
            capacity = Math.max(capacity, window);
        } else {
            int index = indexOf(stream);
            if (index >= 0) {
                held[index] = Math.max(0, held[index] - bytes); // A peer may also widen a stream's window.
            }
        }
    }

    /**
     * The stream that most likely holds the connection's window, or -1 if there is none. A peer that reads a stream mostly says
     * so to the stream as well. One that has not read at all holds just what was sent on it: if that is the whole window, it is
     * the one, though another that was read, and was credited to the connection alone, has been sent more.
     */
    int holder() {
        long missing = capacity - window;
        int best = -1;
        for (int i = 0; i < streams; i++) {
            if (best < 0) {
                best = i;
            } else if (held[i] >= missing == held[best] >= missing) {
                boolean isCloser = held[i] >= missing ? held[i] < held[best] : held[i] > held[best];
                best = isCloser ? i : best;
            } else if (held[i] >= missing) {
                best = i;
            }
        }
        return best < 0 || held[best] == 0 ? -1 : ids[best];
    }

    /** How many bytes the connection has taken. */
    long bytes() {
        return bytes;
    }

    /** How many frames of DATA have gone out since this was asked last. */
    int takeFrames() {
        int taken = frames;
        frames = 0;
        return taken;
    }

    private int indexOf(int stream) {
        for (int i = 0; i < streams; i++) {
            int index = last - 1 - i;
            index = index < 0 ? index + streams : index;
            if (index >= 0 && index < streams && ids[index] == stream) {
                last = index;
                return index;
            }
        }
        return -1;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int position = bytes.position();
        int count = super.write(bytes);
        count(bytes, position);
        return count;
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) throws IOException {
        keepPositions(buffers, offset, length);
        long count = super.write(buffers, offset, length);
        countAll(buffers, offset, length);
        return count;
    }

    @Override
    public int writeFinal(ByteBuffer bytes) throws IOException {
        int position = bytes.position();
        int count = super.writeFinal(bytes);
        count(bytes, position);
        return count;
    }

    @Override
    public long writeFinal(ByteBuffer[] buffers, int offset, int length) throws IOException {
        keepPositions(buffers, offset, length);
        long count = super.writeFinal(buffers, offset, length);
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
                    begin(header);
                }
            }
        }
    }

    private void begin(ByteBuffer frame) {
        int lengthAndType = frame.getInt(0);
        payload = lengthAndType >>> 8;
        if ((lengthAndType & 0xff) == DATA && payload > 0) {
            window -= payload;
            frames++;
            int index = indexOf(frame.getInt(5));
            if (index >= 0) {
                held[index] += payload;
            }
        }
    }
}
