package bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * HTTP/2 frames as a client writes them (RFC 9113, 6).
 *
 * <p><b>Threads:</b> any thread.
 */
final class Frames {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 0x8;
    static final int PRIORITY = 0x20;
    static final int ACK = 1;

    /** The static table (RFC 7541, appendix A): fields, and names without a value. */
    private static final Map<String, Integer> FIELDS = Map.of(":method GET", 2, ":method POST", 3, ":scheme https", 7);

    private static final Map<String, Integer> NAMES = Map.of(":authority", 1, ":path", 4);

    private Frames() {}

    /** Returns a client's first bytes (RFC 9113, 3.4): no push, and these windows. */
    static byte[] preface(int streamWindow, int connectionWindow) {
        byte[] settings = ByteBuffer.allocate(12)
                .putShort((short) 2) // ENABLE_PUSH
                .putInt(0)
                .putShort((short) 4) // INITIAL_WINDOW_SIZE
                .putInt(streamWindow)
                .array();
        var out = new ByteArrayOutputStream();
        out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
        out.writeBytes(frame(SETTINGS, 0, 0, settings));
        out.writeBytes(frame(WINDOW_UPDATE, 0, 0, number(connectionWindow)));
        return out.toByteArray();
    }

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    static byte[] number(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    /**
     * Returns a header block of literals that are neither indexed nor compressed (RFC 7541, 6.2.2), except for
     * pseudo-headers in the static table: Helidon refuses a {@code :method} as a literal.
     */
    static byte[] headers(String... namesAndValues) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String name = namesAndValues[i];
            String value = namesAndValues[i + 1];
            if (FIELDS.containsKey(name + ' ' + value)) {
                out.write(0x80 | FIELDS.get(name + ' ' + value));
            } else {
                out.write(NAMES.getOrDefault(name, 0));
                if (!NAMES.containsKey(name)) {
                    text(out, name);
                }
                text(out, value);
            }
        }
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.write(text.length()); // One byte, because nothing here is longer than 126.
        out.writeBytes(text.getBytes(ISO_8859_1));
    }
}
