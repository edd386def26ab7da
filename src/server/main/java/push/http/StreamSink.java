package push.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Writes one stream's bytes: accepts as many as fit, and completes a chunk that it has begun.
 *
 * <p>It exists because Undertow announces each chunk (RFC 9112, 7.1) with the length of all the bytes offered. If it
 * accepts only part of them, the next bytes must be the rest of the chunk, even if the log has changed. This sink
 * offers chunks of limited size and keeps the unaccepted bytes. Responses that are not chunked pass through unchanged.
 *
 * <p><b>Threads:</b> confined to its exchange's IO thread.
 */
final class StreamSink implements WritableByteChannel {
    /** A chunk with its framing fits in one TLS record, so it is usually sent completely or not at all. */
    static final int MAX_CHUNK_BYTES = 15 * 1024;

    private final WritableByteChannel channel;
    private final boolean isChunked;
    private @Nullable ByteBuffer begun; // The unsent bytes of an announced chunk.

    StreamSink(WritableByteChannel channel, boolean isChunked) {
        this.channel = channel;
        this.isChunked = isChunked;
    }

    /** Accepts some of these bytes. They are sent before any bytes written later. */
    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (!isChunked) {
            return channel.write(bytes);
        }
        if (!finishBegun() || !bytes.hasRemaining()) {
            return 0;
        }
        int end = bytes.limit();
        int size = Math.min(bytes.remaining(), MAX_CHUNK_BYTES);
        bytes.limit(bytes.position() + size);
        try {
            if (channel.write(bytes) < size) {
                begun = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
            }
        } finally {
            bytes.limit(end);
        }
        return size;
    }

    /** Writes the unsent bytes of the current chunk. Returns false if some did not fit. */
    boolean finishBegun() throws IOException {
        ByteBuffer rest = begun;
        while (rest != null && rest.hasRemaining()) {
            if (channel.write(rest) == 0) {
                return false;
            }
        }
        begun = null;
        return true;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
