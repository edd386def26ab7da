package push.http;

import io.undertow.protocols.http2.HpackDecoder;
import io.undertow.protocols.http2.HpackException;
import io.undertow.server.Connectors;
import io.undertow.util.HttpString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one HTTP/2 request, checked as RFC 9113, 8.2 and 8.3, asks.
 *
 * <p>It exists because Undertow checks while it decodes, and ends the whole connection in the middle of a block: one
 * malformed request would end every stream behind a proxy. Here a malformed request costs its own stream.
 *
 * <p><b>Length:</b> the rules of one block, and a word on each; half of them would see half of a request.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class FieldBlock implements HpackDecoder.HeaderEmitter {
    /** The most that a request's fields may take, counted as RFC 9113, 6.5.2, counts: each with 32 bytes more. */
    static final int MAX_BYTES = 20_000;

    static final int MAX_FIELDS = 200;

    /** What a block may be once it is decoded, counted alike: a reference of one byte may stand for 4,000. */
    static final int MAX_DECODED_BYTES = 256 * 1024;

    private static final int OVERHEAD = 32;

    /** The longest pseudo-field of a request that is too large anyhow with which it is passed on. */
    private static final int MAX_SHOWN = 1_000;

    /** As many as Undertow can read; a length that has more of them is refused as too large all the same. */
    private static final int LENGTH_DIGITS = 18;

    private static final Set<String> PSEUDO = Set.of(":method", ":scheme", ":authority", ":path");
    private static final Set<String> OF_ONE_CONNECTION =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    private record Field(String name, String value) {}

    private final Map<String, String> pseudo = new HashMap<>();
    private final List<Field> fields = new ArrayList<>();
    private final boolean trailers;
    private @Nullable StringBuilder cookies; // Its crumbs together (RFC 9113, 8.2.3).
    private @Nullable String host;
    private @Nullable String length;
    private int bytes;
    private boolean tooLarge;
    private boolean malformed;

    /** An empty block, of a request or of what follows a body. */
    FieldBlock(boolean trailers) {
        this.trailers = trailers;
    }

    @Override
    public void emitHeader(HttpString httpName, String value, boolean neverIndex) throws HpackException {
        String name = httpName.toString();
        bytes += name.length() + value.length() + OVERHEAD;
        if (bytes > MAX_DECODED_BYTES) {
            throw new HpackException();
        }
        tooLarge |= bytes > MAX_BYTES || fields.size() >= MAX_FIELDS;
        if (tooLarge) {
            return; // Nothing more is kept or looked at; what follows is only decoded, for the table of HPACK.
        }
        malformed |= !isValue(value);
        if (name.startsWith(":")) {
            boolean late = !fields.isEmpty() || cookies != null;
            malformed |= trailers || late || !PSEUDO.contains(name) || pseudo.put(name, value) != null;
        } else if (name.equals("cookie")) {
            cookies = cookies == null ? new StringBuilder() : cookies.append("; ");
            cookies.append(value);
        } else {
            malformed |= !isName(name) || !isAllowed(name, value);
            boolean huge = name.equals("content-length") && value.length() > LENGTH_DIGITS;
            fields.add(new Field(name, huge ? "9".repeat(LENGTH_DIGITS) : value));
        }
    }

    /** Whether a field that means something to HTTP/2 itself is as it should be. */
    private boolean isAllowed(String name, String value) {
        switch (name) {
            case "host" -> {
                boolean second = host != null;
                host = value;
                return !second;
            }
            case "content-length" -> {
                boolean second = length != null;
                length = value;
                return !second && value.matches("[0-9]+");
            }
            case "te" -> {
                return value.equalsIgnoreCase("trailers");
            }
            default -> {
                return !OF_ONE_CONNECTION.contains(name);
            }
        }
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c > 0x7f || (c >= 'A' && c <= 'Z') || !Connectors.isValidTokenCharacter((byte) c)) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == 0 || c == '\n' || c == '\r') {
                return false;
            }
        }
        return value.isEmpty() || !(isBlank(value.charAt(0)) || isBlank(value.charAt(value.length() - 1)));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Whether decoding had to stop, because the block is a bomb. */
    boolean isBomb() {
        return bytes > MAX_DECODED_BYTES;
    }

    /** What it is once it is decoded, counted as RFC 9113, 6.5.2, counts. */
    int decodedBytes() {
        return bytes;
    }

    /** Whether it is more than a request may bring; what was over the limit is not kept. */
    boolean isTooLarge() {
        return tooLarge;
    }

    /** Whether the request must be answered by an error of its stream (RFC 9113, 8.1.1). */
    boolean isMalformed() {
        if (malformed || trailers || tooLarge) { // Of one that is too large not all is known; it is refused anyhow.
            return malformed;
        }
        String path = pseudo.getOrDefault(":path", "");
        String authority = pseudo.get(":authority");
        boolean whole = pseudo.containsKey(":method") && pseudo.containsKey(":scheme");
        boolean asterisk = path.equals("*") && "OPTIONS".equals(pseudo.get(":method"));
        boolean twoHosts = authority != null && host != null && !authority.equalsIgnoreCase(host);
        return !whole || !(path.startsWith("/") || asterisk) || twoHosts;
    }

    /** How long the body is that it announces; -1 if it does not say so, or is refused anyhow. */
    long contentLength() {
        return tooLarge || malformed || length == null || length.length() > LENGTH_DIGITS ? -1 : Long.parseLong(length);
    }

    /** The block once more, as literals that need no table. */
    byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes);
        if (host != null) {
            pseudo.putIfAbsent(":authority", host);
        }
        if (tooLarge) { // Undertow has limits of its own, beyond which it ends the connection: it gets what is to be
            // refused.
            pseudo.values().removeIf(value -> value.length() > MAX_SHOWN);
            pseudo.putIfAbsent(":method", "GET");
            pseudo.putIfAbsent(":scheme", "https");
            pseudo.putIfAbsent(":authority", "localhost");
            pseudo.putIfAbsent(":path", "/");
        }
        pseudo.forEach((name, value) -> literal(out, name, value));
        if (!tooLarge) {
            fields.forEach(field -> literal(out, field.name, field.value));
            if (cookies != null) {
                literal(out, "cookie", cookies.toString());
            }
        }
        return out.toByteArray();
    }

    /** A field that no request may have: whoever decodes it resets the stream. */
    static byte[] malformed() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        literal(out, "MALFORMED", "");
        return out.toByteArray();
    }

    /** A literal without indexing, with a new name (RFC 7541, 6.2.2). */
    private static void literal(ByteArrayOutputStream out, String name, String value) {
        out.write(0);
        string(out, name);
        string(out, value);
    }

    /** A string that is not in Huffman's code (RFC 7541, 5.2). */
    static void string(ByteArrayOutputStream out, String text) {
        int prefix = 0x7f;
        if (text.length() < prefix) {
            out.write(text.length());
        } else {
            out.write(prefix);
            int rest = text.length() - prefix;
            for (; rest > prefix; rest >>>= 7) {
                out.write((rest & prefix) | 0x80);
            }
            out.write(rest);
        }
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1)); // Each is a byte: so the decoder makes its strings.
    }
}
