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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The field section of one HTTP/2 request, validated according to RFC 9113, 8.2 and 8.3.
 *
 * <p>It exists because Undertow validates while it decodes, and ends the whole connection in the middle of a field
 * block. One malformed request would end every stream behind a proxy. Here, a malformed request ends only its own
 * stream.
 *
 * <p><b>Length:</b> all rules of one field section, with a comment on each; half of them would see half a request.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class FieldBlock implements HpackDecoder.HeaderEmitter {
    /** The maximum size of a request's fields, measured as in RFC 9113, 6.5.2: 32 bytes are added for each field. */
    static final int MAX_BYTES = 20_000;

    static final String TOO_LARGE = "The header fields have more than 20,000 bytes, or there are more than 200, or more"
            + " than 100 of one name: send fewer cookies, for example.";

    /** The maximum size of a decoded block, measured likewise. A reference of one byte can expand to 4,000. */
    static final int MAX_DECODED_BYTES = 256 * 1024;

    private static final int OVERHEAD = 32;

    /** The maximum length of a pseudo-header field that is passed on with a request that is too large. */
    private static final int MAX_SHOWN = 1_000;

    /** The maximum number of digits that Undertow can parse. A longer Content-Length is still refused as too large. */
    private static final int LENGTH_DIGITS = 18;

    private static final Set<String> PSEUDO = Set.of(":method", ":scheme", ":authority", ":path");
    private static final Set<String> OF_ONE_CONNECTION =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    private record Field(String name, String value) {}

    private final Map<String, String> pseudo = new HashMap<>();
    private final List<Field> fields = new ArrayList<>();
    private final FieldCount count = new FieldCount();
    private final boolean trailers;
    private @Nullable StringBuilder cookies; // The cookie-pairs, joined (RFC 9113, 8.2.3).
    private @Nullable String host;
    private @Nullable String length;
    private int bytes;
    private boolean tooLarge;
    private boolean malformed;

    /** Creates an empty field section: a request's header section or its trailer section. */
    FieldBlock(boolean trailers) {
        this.trailers = trailers;
    }

    @Override
    public void emitHeader(HttpString httpName, String value, boolean neverIndex) throws HpackException {
        String name = httpName.toString();
        int nameLength = name.equals("host") ? ":authority".length() : name.length(); // It may become that.
        bytes += nameLength + value.length() + OVERHEAD;
        if (bytes > MAX_DECODED_BYTES) {
            throw new HpackException();
        }
        boolean isCounted = !name.startsWith(":") && !name.equals("cookie"); // Cookies become one field.
        tooLarge = tooLarge || bytes > MAX_BYTES || (isCounted && !count.add(name));
        if (tooLarge) {
            return; // The remaining fields are decoded only to keep the HPACK table in sync.
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
            boolean shouts = name.equals("te"); // Undertow compares case; "trailers" has none (RFC 9110, 10.1.4).
            fields.add(new Field(
                    name, huge ? "9".repeat(LENGTH_DIGITS) : shouts ? value.toLowerCase(Locale.ROOT) : value));
        }
    }

    /** Returns whether a field that HTTP/2 itself restricts is valid. */
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
                return !second && isNumber(value);
            }
            case "te" -> {
                return value.equalsIgnoreCase("trailers");
            }
            default -> {
                return !OF_ONE_CONNECTION.contains(name);
            }
        }
    }

    static boolean isNumber(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return false;
            }
        }
        return !value.isEmpty();
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

    /** Returns whether decoding had to stop because the block is a decompression bomb. */
    boolean isBomb() {
        return bytes > MAX_DECODED_BYTES;
    }

    /** Returns the decoded size, measured as in RFC 9113, 6.5.2. */
    int decodedBytes() {
        return bytes;
    }

    /** Returns why this request must be refused although it is well-formed, or null. Undertow gets a substitute. */
    @Nullable
    Problem refusal() {
        if (tooLarge) { // Fields over the limit are not kept.
            return new Problem(431, TOO_LARGE);
        } else if (isConnect()) {
            return new Problem(501, RequestTarget.NO_PROXY);
        } else if (RequestTarget.hasTooManyParameters(pseudo.getOrDefault(":path", ""))) {
            return new Problem(414, RequestTarget.TOO_MANY_PARAMETERS);
        }
        return null;
    }

    private boolean isConnect() {
        return "CONNECT".equals(pseudo.get(":method"));
    }

    /** Returns whether the request must be treated as a stream error (RFC 9113, 8.1.1). */
    boolean isMalformed() {
        if (malformed || trailers || tooLarge) { // Incomplete if too large, and refused anyway.
            return malformed;
        }
        if (isConnect()) { // RFC 9113, 8.5.
            return pseudo.size() != 2 || !pseudo.containsKey(":authority") || hasTwoHosts();
        }
        String path = pseudo.getOrDefault(":path", "");
        boolean whole = pseudo.containsKey(":method") && pseudo.containsKey(":scheme");
        boolean asterisk = path.equals("*") && "OPTIONS".equals(pseudo.get(":method"));
        return !whole || !(path.startsWith("/") || asterisk) || hasTwoHosts();
    }

    /** Returns whether Host is another than the authority, normalized by the scheme (RFC 9113, 8.3.1). */
    private boolean hasTwoHosts() {
        String authority = pseudo.get(":authority");
        String other = host;
        if (authority == null || other == null || authority.equalsIgnoreCase(other)) {
            return false;
        }
        String scheme = pseudo.getOrDefault(":scheme", "");
        Origin asked = Origin.of(scheme, authority);
        return asked == null || !asked.equals(Origin.of(scheme, other));
    }

    /** Returns the announced Content-Length, or -1 if there is none or the request is refused anyway. */
    long contentLength() {
        return tooLarge || malformed || length == null || length.length() > LENGTH_DIGITS ? -1 : Long.parseLong(length);
    }

    /**
     * Encodes the section again, as literals that need no table.
     *
     * @param isRefused whether there is a {@link #refusal}
     */
    byte[] encode(boolean isRefused) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes);
        if (host != null && pseudo.putIfAbsent(":authority", host) == null) {
            fields.removeIf(field -> field.name.equals("host")); // Both would be larger than what was counted.
        }
        if (isRefused) {
            // Undertow ends the connection above limits of its own, so it receives only what the refusal needs.
            pseudo.values().removeIf(value -> value.length() > MAX_SHOWN || value.equals("CONNECT"));
            pseudo.putIfAbsent(":method", "GET");
            pseudo.putIfAbsent(":scheme", "https");
            pseudo.putIfAbsent(":authority", "localhost");
            pseudo.putIfAbsent(":path", "/");
        }
        pseudo.forEach((name, value) -> literal(out, name, value));
        if (!isRefused) {
            fields.forEach(field -> literal(out, field.name, field.value));
            if (cookies != null) {
                literal(out, "cookie", cookies.toString());
            }
        }
        return out.toByteArray();
    }

    /** Returns a field that no request may contain. A decoder that reads it resets the stream. */
    static byte[] malformed() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        literal(out, "MALFORMED", "");
        return out.toByteArray();
    }

    /** Writes a literal field without indexing, with a new name (RFC 7541, 6.2.2). */
    private static void literal(ByteArrayOutputStream out, String name, String value) {
        out.write(0);
        string(out, name);
        string(out, value);
    }

    /** Writes a string without Huffman coding (RFC 7541, 5.2). */
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
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1)); // One byte per character, as the decoder reads it.
    }
}
