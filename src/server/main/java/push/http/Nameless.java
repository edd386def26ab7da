package push.http;

import io.undertow.protocols.http2.HpackDecoder;
import io.undertow.protocols.http2.HpackException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Renames the fields with an empty name in an HPACK field block. The new name is one that no request may contain.
 *
 * <p>It exists because an empty name is an error of one request (RFC 9113, 8.2.1), but Undertow's decoder ends the
 * whole connection for it. The HPACK table (RFC 7541, 4.1) must keep the same size as the client's. If a field enters
 * the table, its value is therefore shortened by the length of the new name. This is impossible if the value is empty
 * too; such a field still ends the connection.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Nameless {
    private static final String NAME = "E"; // Upper case is malformed (RFC 9113, 8.2.1).
    private static final int INDEXED = 0x80;
    private static final int INTO_TABLE = 0x40;
    private static final int TABLE_SIZE = 0x20;
    private static final int MAX_SHIFT = 21;

    private final ByteBuffer in;
    private final ByteBuffer block;
    private @Nullable ByteArrayOutputStream out; // Null until a field is renamed.
    private int copied;

    private Nameless(ByteBuffer block) {
        this.block = block;
        this.in = block.duplicate();
        this.copied = block.position();
    }

    /**
     * Returns the block with fields renamed. Its limit is the end of the last complete field, its capacity that of the
     * block.
     */
    static ByteBuffer named(ByteBuffer block) throws HpackException {
        return new Nameless(block).named();
    }

    private ByteBuffer named() throws HpackException {
        int whole = in.position();
        while (in.hasRemaining() && field()) {
            whole = in.position();
        }
        ByteArrayOutputStream renamed = out;
        if (renamed == null) {
            return block.limit(whole);
        }
        int rest = block.limit() - whole;
        copy(renamed, block.limit());
        return ByteBuffer.wrap(renamed.toByteArray()).limit(renamed.size() - rest);
    }

    /** Reads one field. Returns false if it is incomplete. */
    private boolean field() throws HpackException {
        int start = in.position();
        int first = in.get(start) & 0xff;
        int index = integer(first >= INDEXED ? 7 : first >= INTO_TABLE ? 6 : first >= TABLE_SIZE ? 5 : 4);
        boolean isLiteral = first < TABLE_SIZE || (first & (INDEXED | INTO_TABLE)) == INTO_TABLE;
        if (index < 0 || !isLiteral) {
            return index >= 0;
        }
        int name = index > 0 ? 1 : string();
        int value = in.position();
        if (name < 0 || string() < 0) {
            return false;
        }
        if (name == 0) {
            rename(start, value, first >= INTO_TABLE);
        }
        return true;
    }

    private void rename(int start, int value, boolean intoTable) throws HpackException {
        int length = intoTable ? decodedLength(value) : 1;
        if (length == 0) {
            return;
        }
        if (out == null) {
            out = new ByteArrayOutputStream(block.remaining());
        }
        ByteArrayOutputStream renamed = out;
        copy(renamed, start + 1);
        FieldBlock.string(renamed, NAME);
        if (intoTable) {
            FieldBlock.string(renamed, "x".repeat(length - NAME.length()));
            copied = in.position();
        } else {
            copied = value;
        }
    }

    private void copy(ByteArrayOutputStream to, int end) {
        byte[] bytes = new byte[end - copied];
        block.get(copied, bytes);
        to.writeBytes(bytes);
        copied = end;
    }

    /** Returns the decoded length of a value that may be Huffman-coded. */
    private int decodedLength(int value) throws HpackException {
        ByteArrayOutputStream field = new ByteArrayOutputStream();
        field.write(0);
        FieldBlock.string(field, NAME);
        byte[] bytes = new byte[in.position() - value];
        block.get(value, bytes);
        field.writeBytes(bytes);
        int[] length = new int[1];
        HpackDecoder decoder = new HpackDecoder();
        decoder.setHeaderEmitter((name, decoded, neverIndex) -> length[0] = decoded.length());
        decoder.decode(ByteBuffer.wrap(field.toByteArray()), false);
        return length[0];
    }

    /** Skips a string and returns its encoded length, or -1 if it is incomplete. */
    private int string() {
        int length = in.hasRemaining() ? integer(7) : -1;
        if (length < 0 || length > in.remaining()) {
            return -1;
        }
        in.position(in.position() + length);
        return length;
    }

    /** Reads an integer (RFC 7541, 5.1). Returns -1 if it is incomplete or too large. */
    private int integer(int bits) {
        int mask = (1 << bits) - 1;
        int value = in.get() & mask;
        if (value < mask) {
            return value;
        }
        for (int shift = 0; shift <= MAX_SHIFT && in.hasRemaining(); shift += 7) {
            int next = in.get();
            value += (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        return -1;
    }
}
