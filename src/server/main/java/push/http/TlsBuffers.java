package push.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.DefaultByteBufferPool;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The buffers for TLS records: from the heap for large records that are encrypted, and otherwise direct.
 *
 * <p>It exists because the JDK encrypts a record of 2 kB or more in less than half the time if it writes to the heap,
 * the copy to the socket included. BoringSSL would copy such a record once more. Records that wait for TCP stay direct
 * beyond a sixteenth of the heap, so that clients that do not read cannot fill it.
 *
 * <p><b>Threads:</b> any thread; {@link #encrypting} applies to the calling thread.
 */
final class TlsBuffers implements ByteBufferPool {
    /** The largest TLS record (RFC 8446, 5.2), rounded up. */
    private static final int BYTES = 17 * 1024;

    /** Records of fewer bytes cost the same in either kind of buffer. */
    static final int LARGE = 1_000;

    private static final int KEPT = 12; // Per thread.

    private static final ThreadLocal<boolean[]> ENCRYPTS = ThreadLocal.withInitial(() -> new boolean[1]);

    private final ByteBufferPool direct = new DefaultByteBufferPool(true, BYTES, -1, KEPT);
    private final ByteBufferPool heap = new DefaultByteBufferPool(false, BYTES, -1, KEPT);
    private final long maxLent;
    private final AtomicInteger lent = new AtomicInteger(); // Atomic: every IO thread lends.

    TlsBuffers(TlsEngine engine) {
        maxLent = engine.prefersHeap() ? Runtime.getRuntime().maxMemory() / 16 / BYTES : 0;
    }

    /** Sets whether this thread allocates buffers in order to encrypt data. */
    void encrypting(boolean isSo) {
        ENCRYPTS.get()[0] = isSo;
    }

    @Override
    public PooledByteBuffer allocate() {
        if (!ENCRYPTS.get()[0] || lent.get() >= maxLent) {
            return direct.allocate();
        }
        PooledByteBuffer buffer = heap.allocate();
        lent.incrementAndGet();
        return new Lent(buffer);
    }

    /** A buffer of the heap, which is counted until it is closed. */
    private final class Lent implements PooledByteBuffer {
        private final PooledByteBuffer buffer;

        Lent(PooledByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public ByteBuffer getBuffer() {
            return buffer.getBuffer();
        }

        @Override
        public void close() {
            if (buffer.isOpen()) {
                lent.decrementAndGet();
                buffer.close();
            }
        }

        @Override
        public boolean isOpen() {
            return buffer.isOpen();
        }
    }

    @Override
    public ByteBufferPool getArrayBackedPool() {
        return heap;
    }

    @Override
    public int getBufferSize() {
        return BYTES;
    }

    @Override
    public boolean isDirect() {
        return true;
    }

    @Override
    public void close() {
        direct.close();
        heap.close();
    }
}
