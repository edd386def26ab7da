package push;

import java.nio.ByteBuffer;

/**
 * Some bytes that are written as one: a record, or the rest of one that a full window has cut.
 *
 * <p>It exists so that all streams share the bytes that were encoded once. They must not be changed.
 *
 * <p><b>Threads:</b> immutable.
 */
@SuppressWarnings("ArrayRecordComponent") // Pieces are never compared.
public record Piece(byte[] array, int offset, int length) {
    static Piece of(byte[] array) {
        return new Piece(array, 0, array.length);
    }

    Piece after(int taken) {
        return new Piece(array, offset + taken, length - taken);
    }

    /** These bytes, to be read once. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(array, offset, length);
    }
}
