package push.http;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Stores incoming bytes in blocks.
 *
 * <p>It exists because an array that doubles briefly needs three times its size, and its growth cannot be accounted
 * for.
 *
 * <p><b>Threads:</b> confined to one thread.
 */
final class Blocks {
    private static final int BLOCK_BYTES = 4_096;

    private final List<ByteBuffer> blocks = new ArrayList<>(); // All but the last are full.
    private int size;
    private int held;

    /** Returns the number of bytes stored. */
    int size() {
        return size;
    }

    /** Returns the number of heap bytes allocated. */
    int held() {
        return held;
    }

    /**
     * Stores these bytes.
     *
     * @param expected the expected total number of bytes; 0 or less if unknown
     */
    void add(ByteBuffer bytes, int expected) {
        while (bytes.hasRemaining()) {
            ByteBuffer last = blocks.isEmpty() ? null : blocks.get(blocks.size() - 1);
            if (last == null || !last.hasRemaining()) {
                int missing = expected - size;
                last = ByteBuffer.allocate(missing > 0 ? Math.min(missing, BLOCK_BYTES) : BLOCK_BYTES);
                blocks.add(last);
                held += last.capacity();
            }
            int count = Math.min(last.remaining(), bytes.remaining());
            last.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            size += count;
        }
    }

    /** Returns all the bytes and clears this object. */
    byte[] take() {
        byte[] all = new byte[size];
        int at = 0;
        for (ByteBuffer block : blocks) {
            int count = block.flip().remaining();
            block.get(all, at, count);
            at += count;
        }
        clear();
        return all;
    }

    /** Discards the bytes. */
    void clear() {
        blocks.clear();
        size = 0;
        held = 0;
    }
}
