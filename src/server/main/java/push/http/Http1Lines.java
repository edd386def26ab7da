package push.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines that end in CR LF and contain no control characters except tabs (RFC 9112, 2.2).
 *
 * <p>It exists because two parsers that disagree about the end of a line disagree about the end of a request. The RFC
 * permits a recipient to accept a bare LF as a line terminator; this class refuses it, as it must refuse a bare CR.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Http1Lines {
    private byte[] line = new byte[128];
    private int length;
    private int bytes;
    private boolean hasCr;

    /** Returns the next line without its terminator, or null if it is incomplete. */
    @Nullable
    String next(ByteBuffer in) throws Problem {
        while (in.hasRemaining()) {
            int c = in.get() & 0xff;
            bytes++;
            if (hasCr != (c == '\n')) {
                throw Problem.closing(400, "A line has a bare CR or LF: end each line with CR LF.");
            } else if (hasCr) {
                hasCr = false;
                String text = new String(line, 0, length, ISO_8859_1);
                length = 0;
                return text;
            } else if (c == '\r') {
                hasCr = true;
            } else if ((c < ' ' && c != '\t') || c == 0x7f) {
                throw Problem.closing(
                        400, "A line has the control character 0x" + Integer.toHexString(c) + ": remove it.");
            } else {
                if (length == line.length) {
                    line = Arrays.copyOf(line, 2 * length);
                }
                line[length++] = (byte) c;
            }
        }
        return null;
    }

    /** Returns the number of bytes read, including line terminators and an incomplete line. */
    int bytes() {
        return bytes;
    }

    /** Returns the length of the incomplete line. */
    int unfinished() {
        return length;
    }
}
