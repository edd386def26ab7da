package push.http;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes that come in, kept in blocks.
 *
 * <p>It exists because an array that doubles takes three times as much for a moment, and cannot be counted as it grows.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Blocks {
    private static final int BLOCK_BYTES = 4_096;

    private final List<ByteBuffer> blocks = new ArrayList<>(); // All but the last are full.
    private int size;
    private int held;

    /** How many bytes there are. */
    int size() {
        return size;
    }

    /** How many bytes of heap they take. */
    int held() {
        return held;
    }

    /**
     * Keeps these bytes.
     *
     * @param expected how many there will be in all; 0 or less if that is not known
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

    /** All of them; nothing is kept after that. */
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

    /** Forgets them. */
    void clear() {
        blocks.clear();
        size = 0;
        held = 0;
    }
}
