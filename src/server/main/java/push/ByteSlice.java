package push;

import java.nio.ByteBuffer;

/**
 * Some bytes that are written as one: a record, or the rest of one that a full window has cut.
 *
 * <p>It exists so that all streams share the bytes that were encoded once: they never change.
 *
 * <p><b>Threads:</b> immutable.
 */
@SuppressWarnings("ArrayRecordComponent") // Slices are never compared.
public record ByteSlice(byte[] array, int offset, int length) {
    static ByteSlice of(byte[] array) {
        return new ByteSlice(array, 0, array.length);
    }

    ByteSlice after(int taken) {
        return new ByteSlice(array, offset + taken, length - taken);
    }

    /** These bytes, to be read once. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(array, offset, length);
    }
}
