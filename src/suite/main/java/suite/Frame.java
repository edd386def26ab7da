package suite;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One HTTP/2 frame with its nine-byte header (RFC 9113, 4.1).
 *
 * <p><b>Threads:</b> immutable, as long as no caller writes into the payload.
 */
record Frame(int type, int flags, int stream, byte[] payload) {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int ACK = 0x1;
    static final int END_STREAM = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int HAS_PRIORITY = 0x20;

    static final int SETTING_HEADER_TABLE_SIZE = 1;
    static final int SETTING_ENABLE_PUSH = 2;
    static final int SETTING_MAX_CONCURRENT_STREAMS = 3;
    static final int SETTING_INITIAL_WINDOW_SIZE = 4;
    static final int SETTING_MAX_FRAME_SIZE = 5;

    private static final String[] TYPES = {
        "DATA",
        "HEADERS",
        "PRIORITY",
        "RST_STREAM",
        "SETTINGS",
        "PUSH_PROMISE",
        "PING",
        "GOAWAY",
        "WINDOW_UPDATE",
        "CONTINUATION"
    };
    private static final String[] ERRORS = {
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
        "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED"
    };

    /** Returns a frame whose payload is these 32-bit numbers. */
    static Frame ofInts(int type, int flags, int stream, int... numbers) {
        var payload = ByteBuffer.allocate(4 * numbers.length);
        for (int number : numbers) {
            payload.putInt(number);
        }
        return new Frame(type, flags, stream, payload.array());
    }

    /** Returns the name of an error code (RFC 9113, section 7), or the code itself. */
    static String error(int code) {
        return code >= 0 && code < ERRORS.length ? ERRORS[code] : Integer.toString(code);
    }

    /** Returns the next frame, or empty at the end of the connection between two frames. */
    static Optional<Frame> read(DataInputStream in) throws IOException {
        int first = in.read();
        if (first < 0) {
            return Optional.empty();
        }
        int length = first << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt() & 0x7fff_ffff;
        var payload = in.readNBytes(length);
        if (payload.length < length) {
            throw new EOFException("the connection ended inside a frame");
        }
        return Optional.of(new Frame(type, flags, stream, payload));
    }

    /** Returns the frame as sent over the wire. */
    byte[] bytes() {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    boolean is(int type) {
        return this.type == type;
    }

    boolean is(int type, int stream) {
        return this.type == type && this.stream == stream;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Returns the offset of the data or the header block in the payload, after the padding's length and a priority. */
    int start() {
        return (padded() ? 1 : 0) + (is(HEADERS) && has(HAS_PRIORITY) ? 5 : 0);
    }

    /** Returns the length of the data or header block in the payload, without the padding after it. */
    int length() {
        return payload.length - start() - (padded() ? payload[0] & 0xff : 0);
    }

    private boolean padded() {
        return (is(DATA) || is(HEADERS)) && has(PADDED);
    }

    /** Returns the payload's 32-bit number at this offset, such as the error code of RST_STREAM (0) and GOAWAY (4). */
    int number(int offset) {
        return ByteBuffer.wrap(payload).getInt(offset);
    }

    /** Returns the name of the type (RFC 9113, section 6). */
    String name() {
        return type < TYPES.length ? TYPES[type] : "type " + type;
    }

    @Override
    public String toString() {
        var name = name();
        var code = is(RST_STREAM) ? " " + error(number(0)) : is(GOAWAY) ? " " + error(number(4)) : "";
        return name + code + " stream " + stream + (flags == 0 ? "" : " flags 0x" + Integer.toHexString(flags)) + " of "
                + payload.length + " bytes";
    }

    /** Returns the value for an identifier in this SETTINGS frame. */
    OptionalInt setting(int id) {
        var settings = ByteBuffer.wrap(payload);
        while (settings.hasRemaining()) {
            int next = settings.getShort();
            int value = settings.getInt();
            if (next == id) {
                return OptionalInt.of(value);
            }
        }
        return OptionalInt.empty();
    }
}
