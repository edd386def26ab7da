package push.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines that end in CR LF and contain no control character but a tab (RFC 9112, 2.2).
 *
 * <p>It exists because two readers that disagree about where a line ends disagree about where a request ends. The RFC
 * allows a bare LF to be taken for the end of a line; here it is refused, as a bare CR must be.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Http1Lines {
    private byte[] line = new byte[128];
    private int length;
    private int bytes;
    private boolean hasCr;

    /** The next line without its end; null if it has not come whole. */
    @Nullable
    String next(ByteBuffer in) throws Problem {
        while (in.hasRemaining()) {
            int c = in.get() & 0xff;
            bytes++;
            if (hasCr != (c == '\n')) {
                throw Problem.closing(400, "A CR or a LF stands alone: end each line with CR LF.");
            } else if (hasCr) {
                hasCr = false;
                String text = new String(line, 0, length, ISO_8859_1);
                length = 0;
                return text;
            } else if (c == '\r') {
                hasCr = true;
            } else if ((c < ' ' && c != '\t') || c == 0x7f) {
                throw Problem.closing(
                        400, "A line has the control character 0x" + Integer.toHexString(c) + ": leave it out.");
            } else {
                if (length == line.length) {
                    line = Arrays.copyOf(line, 2 * length);
                }
                line[length++] = (byte) c;
            }
        }
        return null;
    }

    /** How many bytes it has read, ends of lines and an unfinished line included. */
    int bytes() {
        return bytes;
    }

    /** The length of the line that has not come whole. */
    int unfinished() {
        return length;
    }
}
