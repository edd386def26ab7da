package suite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.undertow.protocols.http2.HpackDecoder;
import io.undertow.protocols.http2.HpackException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import okhttp3.Headers;

/**
 * Writes HPACK (RFC 7541) as far as a check needs it: each field is a literal without indexing and without Huffman coding, so
 * that even a malformed field can be written. Undertow's decoder does the reading.
 *
 * <p><b>Threads:</b> writing: any thread; reading: confined to the connection's reader, because a decoder is stateful.
 */
final class Hpack {

    private final HpackDecoder decoder = new HpackDecoder();

    /** Encodes alternating names and values exactly as given. */
    static byte[] encode(String... namesAndValues) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            out.write(0);
            string(out, namesAndValues[i]);
            string(out, namesAndValues[i + 1]);
        }
        return out.toByteArray();
    }

    /** Encodes a string as in section 5.2, with its length as in section 5.1 on a prefix of 7 bits. */
    private static void string(ByteArrayOutputStream out, String text) {
        var bytes = text.getBytes(ISO_8859_1);
        int length = bytes.length;
        if (length < 127) {
            out.write(length);
        } else {
            out.write(127);
            for (length -= 127; length >= 128; length >>= 7) {
                out.write(length & 127 | 128);
            }
            out.write(length);
        }
        out.writeBytes(bytes);
    }

    /** Decodes a whole header block; {@code :status} is among the headers. */
    Headers decode(byte[] block) throws HpackException {
        var headers = new Headers.Builder();
        decoder.setHeaderEmitter((name, value, neverIndex) -> headers.addUnsafeNonAscii(name.toString(), value));
        decoder.decode(ByteBuffer.wrap(block), false);
        return headers.build();
    }
}
