package push.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * The sink of one stream: takes what there is room for, and finishes what it has begun.
 *
 * <p>It exists because Undertow announces each write of a chunked body (RFC 9112, 7.1) with the length of all that it was
 * offered. If it takes only a part, the bytes that follow must be the rest, whatever has become of the log meanwhile. This
 * sink offers a part of bounded size, and keeps what was not taken of it. Other bodies announce nothing and pass through.
 *
 * <p><b>Threads:</b> confined to its exchange's IO thread.
 */
final class StreamSink implements WritableByteChannel {
    /** A chunk with its frame fits one TLS record, so that it mostly goes out whole or not at all. */
    static final int MAX_CHUNK_BYTES = 15 * 1024;

    private final WritableByteChannel channel;
    private final boolean isChunked;
    private @Nullable ByteBuffer begun; // What is left of a chunk that has been announced.

    StreamSink(WritableByteChannel channel, boolean isChunked) {
        this.channel = channel;
        this.isChunked = isChunked;
    }

    /** Takes some of these bytes; what it has taken goes out before anything that is written later. */
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

    /** Writes what is left of what has begun; false if there is no room for all of it. */
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
