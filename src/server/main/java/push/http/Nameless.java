package push.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Renames the fields with an empty name in an HPACK field block. The new name is one that no request may contain.
 *
 * <p>It exists because an empty name is an error of one request (RFC 9113, 8.2.1), but Undertow's decoder ends the
 * whole connection for it. The decoder's table does not get such a field. So indices that the client uses afterwards
 * are translated.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Nameless {
    private static final String NAME = "E"; // Upper case is malformed (RFC 9113, 8.2.1).
    private static final int INDEXED = 0x80;
    private static final int INTO_TABLE = 0x40;
    private static final int TABLE_SIZE = 0x20;
    private static final int MAX_SHIFT = 21;
    private static final int MORE = 0x7f; // Above this, more bytes follow.

    private final ByteBuffer in;
    private final ByteBuffer block;
    private final HiddenEntries hidden;
    private @Nullable ByteArrayOutputStream out; // Null until a field is changed.
    private int copied;

    private Nameless(ByteBuffer block, HiddenEntries hidden) {
        this.block = block;
        this.hidden = hidden;
        this.in = block.duplicate();
        this.copied = block.position();
    }

    /**
     * Returns the block with fields renamed. Its limit is the end of the last complete field, its capacity that of the
     * block.
     */
    static ByteBuffer named(ByteBuffer block, HiddenEntries hidden) {
        return new Nameless(block, hidden).named();
    }

    private ByteBuffer named() {
        int whole = in.position();
        while (in.hasRemaining() && field()) {
            whole = in.position();
        }
        if (out == null) {
            return block.limit(whole);
        }
        int rest = block.limit() - whole;
        byte[] changed = copyTo(block.limit()).toByteArray();
        return ByteBuffer.wrap(changed).limit(changed.length - rest);
    }

    /** Reads one field. Returns false if it is incomplete. */
    private boolean field() {
        int start = in.position();
        int first = in.get(start) & 0xff;
        int bits = first >= INDEXED ? 7 : first >= INTO_TABLE ? 6 : first >= TABLE_SIZE ? 5 : 4;
        int index = integer(bits);
        boolean isLiteral = first < TABLE_SIZE || (first & (INDEXED | INTO_TABLE)) == INTO_TABLE;
        if (index < 0) {
            return false;
        }
        int decoders = first < INDEXED && !isLiteral ? index : hidden.translate(index);
        if (!isLiteral) {
            if (decoders != index) {
                refer(start, in.position(), first, bits, decoders);
            }
            return true;
        }
        int name = index > 0 ? 1 : string();
        int value = in.position();
        if (name < 0 || string() < 0) {
            return false;
        }
        boolean intoTable = first >= INTO_TABLE;
        if (name == 0 || decoders == HiddenEntries.HIDDEN) {
            rename(start, value);
            if (intoTable) {
                hidden.hide();
            }
            return true;
        }
        if (decoders != index) {
            refer(start, value, first, bits, decoders);
        }
        if (intoTable) {
            hidden.insert();
        }
        return true;
    }

    /** Replaces everything before the value by a name, not for the table. */
    private void rename(int start, int value) {
        ByteArrayOutputStream changed = copyTo(start);
        changed.write(0);
        FieldBlock.string(changed, NAME);
        copied = value;
    }

    /** Replaces an index by that of the decoder. */
    private void refer(int start, int end, int first, int bits, int index) {
        if (index == HiddenEntries.HIDDEN) {
            rename(start, end);
            FieldBlock.string(copyTo(end), "");
            return;
        }
        ByteArrayOutputStream changed = copyTo(start);
        int mask = (1 << bits) - 1;
        int kind = first & ~mask;
        if (index < mask) {
            changed.write(kind | index);
        } else {
            changed.write(kind | mask);
            int rest = index - mask;
            for (; rest > MORE; rest >>>= 7) {
                changed.write((rest & MORE) | (MORE + 1));
            }
            changed.write(rest);
        }
        copied = end;
    }

    /** Copies what has not been copied, up to this position. */
    private ByteArrayOutputStream copyTo(int end) {
        ByteArrayOutputStream to = out == null ? new ByteArrayOutputStream(block.remaining() + 1) : out;
        out = to;
        byte[] bytes = new byte[end - copied];
        block.get(copied, bytes);
        to.writeBytes(bytes);
        copied = end;
        return to;
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
