package push.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * The output of one HTTP/2 connection above TLS. Composes the DATA frames of its streams into one buffer, together with
 * the frames that Undertow sends meanwhile, so that they share a TLS record and a write to the socket.
 *
 * <p>It exists because Undertow takes two pooled buffers of 16 kB for each frame, and passes it through several
 * queues and locks. A short message costs more there than in the log, the cursor and the composing of its frame together.
 *
 * <p>The order is that of the calls. Undertow's frame may be partly accepted only while writes are resumed; then no
 * frame is composed, so none can come between its parts.
 *
 * <p><b>Length:</b> a third of it implements methods that XNIO requires of a conduit.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Outbox extends AbstractStreamSinkConduit<StreamSinkConduit> {
    private final ByteBufferPool pool;
    private final TlsBuffers tls;
    private final FlowMeter meter;
    private Runnable freed = () -> {};
    private @Nullable PooledByteBuffer collected; // Not empty; its position is the end of the bytes.
    private boolean held;
    private boolean resumed; // TLS or TCP accept no more, and this waits for room.
    private boolean terminated; // Nothing follows the collected bytes.
    private boolean over; // The same, or the connection has ended.
    private long accepted;

    Outbox(StreamSinkConduit next, TlsBuffers tls, ByteBufferPool pool, FlowMeter meter) {
        super(next);
        this.tls = tls;
        this.pool = pool;
        this.meter = meter;
    }

    /** Sets what is called when there is room again after there was none. */
    void whenFree(Runnable told) {
        freed = told;
    }

    /** Collects all output until {@link #release}. */
    void hold() {
        held = true;
    }

    /** Sends what was collected. */
    void release() throws IOException {
        held = false;
        if (collected != null && !resumed) {
            drain();
        }
    }

    /** Flushes a response of Undertow, and collects its frames. */
    boolean collect(StreamSinkChannel response) throws IOException {
        boolean before = held;
        held = true;
        try {
            return response.flush();
        } finally {
            held = before;
        }
    }

    /** Returns whether frames would be collected or sent now, and not wait for room. */
    boolean isFree() {
        return !resumed;
    }

    /** Returns whether all output has been sent, after trying to send what was collected. */
    boolean isSent() throws IOException {
        return !held && !resumed && (collected == null || drain());
    }

    /** Returns whether nothing more can be sent. */
    boolean isOver() {
        return over;
    }

    /** Returns the number of bytes that TLS has accepted. */
    long accepted() {
        return accepted;
    }

    /**
     * Composes one DATA frame (RFC 9113, 6.1) from as many of these bytes as the windows and the buffer have room for.
     *
     * @return how many, or 0 if there is no room
     */
    int data(FlowMeter.Window stream, int id, ByteBuffer bytes) throws IOException {
        int count = (int) Math.min(bytes.remaining(), meter.room(stream));
        if (resumed || count <= 0) {
            return 0;
        }
        ByteBuffer out = buffer();
        if (out.position() > 0 && out.remaining() < FlowMeter.HEADER_BYTES + count) {
            if (!drain()) {
                return 0;
            }
            out = buffer();
        }
        count = Math.min(count, out.remaining() - FlowMeter.HEADER_BYTES);
        out.putInt(count << 8 | FrameGate.DATA).put((byte) 0).putInt(id);
        int end = bytes.limit();
        out.put(bytes.limit(bytes.position() + count));
        bytes.limit(end);
        meter.sent(stream, count);
        return count;
    }

    private ByteBuffer buffer() throws IOException {
        if (over) {
            throw new ClosedChannelException();
        }
        PooledByteBuffer begun = collected == null ? pool.allocate() : collected;
        collected = begun;
        return begun.getBuffer();
    }

    /** Sends what was collected. Returns whether TLS and TCP have accepted all of it; otherwise it waits for room. */
    private boolean drain() throws IOException {
        PooledByteBuffer sending = collected;
        if (sending != null) {
            ByteBuffer bytes = sending.getBuffer().flip();
            tls.encrypting(bytes.remaining() >= TlsBuffers.LARGE);
            try {
                for (int count = 1; count > 0 && bytes.hasRemaining(); ) {
                    count = next.write(bytes);
                    accepted += count;
                }
            } finally {
                tls.encrypting(false);
                bytes.compact();
            }
            if (bytes.position() == 0) {
                collected = null;
                sending.close();
            }
        }
        if (collected == null && terminated) {
            terminated = false;
            super.terminateWrites();
        }
        if (collected == null && next.flush()) {
            return true;
        }
        resumeWrites();
        return false;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        return (int) write(new ByteBuffer[] {bytes}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) throws IOException {
        if ((resumed || !held) && collected != null && !drain()) {
            return 0;
        }
        return held ? collect(buffers, offset, length) : pass(buffers, offset, length);
    }

    private long pass(ByteBuffer[] buffers, int offset, int length) throws IOException {
        int[] starts = new int[length];
        for (int i = 0; i < length; i++) {
            starts[i] = buffers[offset + i].position();
        }
        long count = next.write(buffers, offset, length);
        accepted += count;
        for (int i = 0; i < length; i++) {
            meter.count(buffers[offset + i], starts[i]);
        }
        return count;
    }

    private long collect(ByteBuffer[] buffers, int offset, int length) throws IOException {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            ByteBuffer from = buffers[i];
            while (from.hasRemaining()) {
                ByteBuffer out = buffer();
                if (!out.hasRemaining()) {
                    if (!drain()) {
                        return total;
                    }
                    out = buffer();
                }
                int start = from.position();
                int end = from.limit();
                int count = Math.min(from.remaining(), out.remaining());
                out.put(from.limit(start + count));
                from.limit(end);
                meter.count(from, start);
                total += count;
            }
        }
        return total;
    }

    @Override
    public int writeFinal(ByteBuffer bytes) throws IOException {
        throw new UnsupportedOperationException("A connection's end is a frame of its own");
    }

    @Override
    public long writeFinal(ByteBuffer[] buffers, int offset, int length) throws IOException {
        throw new UnsupportedOperationException("A connection's end is a frame of its own");
    }

    /** Undertow asks whether its frames have been sent. While output is held they have, as far as it is concerned. */
    @Override
    public boolean flush() throws IOException {
        return (held && !resumed) || drain();
    }

    @Override
    public void terminateWrites() throws IOException {
        held = false;
        over = true;
        terminated = true;
        drain();
    }

    @Override
    public void resumeWrites() {
        resumed = true;
        super.resumeWrites();
    }

    @Override
    public void suspendWrites() {
        if (resumed) {
            resumed = false;
            super.suspendWrites();
            freed.run();
        }
    }

    /** Releases the buffer of a connection that has ended. */
    void close() {
        over = true;
        PooledByteBuffer left = collected;
        collected = null;
        if (left != null) {
            left.close();
        }
    }
}
