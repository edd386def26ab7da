package push;

import java.nio.ByteBuffer;

/**
 * A range of an array that is written as a unit: a record, or the rest of a record that a full window cut off.
 *
 * <p>It exists so that all streams share bytes that are encoded once. The bytes never change.
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

    /** Returns a new buffer over these bytes, to be read once. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(array, offset, length);
    }
}
