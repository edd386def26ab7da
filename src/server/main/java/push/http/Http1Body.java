package push.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * The content of one HTTP/1.1 request, chunked or with a length (RFC 9112, 6 and 7), which is encoded again as chunks.
 *
 * <p>It exists because Undertow accepts almost anything as a chunk size, and closes the connection without a response
 * if the content is malformed or incomplete. Only received bytes are encoded, so the content can be ended after any
 * chunk.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Http1Body {
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(ISO_8859_1);

    /** The limit for all lines of the content, apart from the sizes: chunk extensions and leading zeros. */
    private static final int MAX_EXTENSION_BYTES = 4_096;

    /** The maximum number of digits in a chunk size. It allows 4 GiB, more than the limit of any content. */
    private static final int MAX_DIGITS = 8;

    private enum Next {
        SIZE,
        DATA,
        CR,
        LF,
        TRAILERS
    }

    private final boolean isChunked;
    private final Http1Lines lines = new Http1Lines();
    private Next next;
    private long left; // Of the data that comes next.
    private int extensionBytes;
    private int sizeBytes; // Of all lines before the trailers.
    private int trailers;

    /** Creates content with this many bytes, or chunked content if the number is negative. */
    Http1Body(long length) {
        isChunked = length < 0;
        next = isChunked ? Next.SIZE : Next.DATA;
        left = length;
    }

    /** Consumes the available bytes and writes them as chunks. Returns true at the end of the content. */
    boolean take(ByteBuffer in, ByteArrayOutputStream out) throws Problem {
        while (in.hasRemaining()) {
            switch (next) {
                case DATA -> {
                    data(in, out);
                    if (left == 0 && !isChunked) {
                        end(out);
                        return true;
                    }
                    next = left == 0 ? Next.CR : Next.DATA;
                }
                case CR -> {
                    expect(in.get() == '\r');
                    next = Next.LF;
                }
                case LF -> {
                    expect(in.get() == '\n');
                    next = Next.SIZE;
                }
                case SIZE -> {
                    String line = lines.next(in);
                    refuseExtensions(lines.unfinished());
                    if (line != null) {
                        left = size(line);
                        next = left == 0 ? Next.TRAILERS : Next.DATA;
                        sizeBytes = lines.bytes();
                    }
                }
                case TRAILERS -> {
                    String line = lines.next(in);
                    if (lines.bytes() - sizeBytes > FieldBlock.MAX_BYTES || trailers > FieldCount.MAX_FIELDS) {
                        throw Problem.closing(
                                431, "The trailers have more than 20,000 bytes or 200 fields: send none.");
                    } else if (line != null && line.isEmpty()) {
                        end(out);
                        return true;
                    } else if (line != null) {
                        Http1Head.nameEnd(line); // They are ignored, but they must be valid fields.
                        trailers++;
                    }
                }
                default -> throw new IllegalStateException(next.name());
            }
        }
        return false;
    }

    /** Writes the last chunk. */
    static void end(ByteArrayOutputStream out) {
        out.writeBytes(LAST_CHUNK);
    }

    private void data(ByteBuffer in, ByteArrayOutputStream out) {
        byte[] bytes = new byte[(int) Math.min(left, in.remaining())];
        in.get(bytes);
        left -= bytes.length;
        out.writeBytes(Integer.toHexString(bytes.length).getBytes(ISO_8859_1));
        out.writeBytes(LINE_END);
        out.writeBytes(bytes);
        out.writeBytes(LINE_END);
    }

    private static void expect(boolean asAnnounced) throws Problem {
        if (!asAnnounced) {
            throw Problem.closing(400, "A chunk is longer than its size says: end its data with CR LF.");
        }
    }

    private long size(String line) throws Problem {
        int end = 0;
        int zeros = 0;
        while (end < line.length() && line.charAt(end) < 0x80 && Character.digit(line.charAt(end), 16) >= 0) {
            zeros += line.charAt(end) == '0' && zeros == end ? 1 : 0;
            end++;
        }
        if (end == 0 || !areExtensions(line.substring(end))) {
            throw Problem.closing(
                    400, "The line before a chunk is malformed: send its size in hexadecimal digits and CR LF.");
        } else if (end - zeros > MAX_DIGITS) {
            throw Problem.closing(413, "A chunk is larger than a body may be: send less.");
        }
        extensionBytes += line.length() - Math.max(1, end - zeros);
        refuseExtensions(0);
        return zeros == end ? 0 : Long.parseLong(line.substring(zeros, end), 16);
    }

    private void refuseExtensions(int unfinished) throws Problem {
        if (extensionBytes + unfinished > MAX_EXTENSION_BYTES) {
            throw Problem.closing(413, "The chunk extensions have more than 4,096 bytes: send none.");
        }
    }

    /** Checks the chunk extensions (RFC 9112, 7.1.1). Whitespace may surround a semicolon or an equals sign. */
    private static boolean areExtensions(String text) {
        FieldReader reader = new FieldReader(text);
        while (!reader.atEnd()) {
            if (!reader.space().take(';') || reader.space().token().isEmpty()) {
                return false;
            }
            if (reader.space().take('=') && reader.space().tokenOrQuoted() == null) {
                return false;
            }
        }
        return !text.endsWith(" ") && !text.endsWith("\t");
    }
}
