package push.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The header section of one HTTP/1.1 request, validated (RFC 9112, 2 to 6) and encoded again in its simplest form.
 *
 * <p>It exists because Undertow treats an unknown transfer coding as chunked, unfolds lines, and refuses requests
 * without an explanation. The output has only one interpretation: an origin-form target, one Host, at most one of
 * {@code close} and {@code keep-alive}, and all content in chunks.
 *
 * <p><b>Length:</b> one grammar, parsed from the first line to the last.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Http1Head {
    /** Carries the length of content that is passed on in chunks. A received field with this name is dropped. */
    static final String LENGTH = "push-content-length";

    private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i)(https?)://([^/?]*)(.*)");
    private static final Pattern ONE_LENGTH = Pattern.compile("[0-9]+");
    private static final String NOT_IN_TARGETS = "\"#<>\\^`{|}"; // RFC 3986, 2.
    private static final int MAX_METHOD = 32;
    private static final int MAX_LENGTH_DIGITS = 18;

    private final Http1Lines lines = new Http1Lines();
    private final StringBuilder rest = new StringBuilder(256);
    private final List<String> hosts = new ArrayList<>(1);
    private final List<String> lengths = new ArrayList<>(1);
    private final List<String> codings = new ArrayList<>(1);
    private final List<String> connection = new ArrayList<>(1);
    private final List<String> expectations = new ArrayList<>(1);
    private final FieldCount count = new FieldCount();
    private String method = "";
    private String target = "";
    private String authority = ""; // Of an absolute-form, which overrides Host (RFC 9112, 3.2.2).
    private boolean isHttp10;
    private long length; // Of the content; -1 if chunked.

    /** Consumes the available bytes. Returns true when the header section is complete. */
    boolean take(ByteBuffer in) throws Problem {
        String line;
        do {
            line = lines.next(in);
            if (lines.bytes() > FieldBlock.MAX_BYTES) {
                throw tooLarge();
            } else if (line != null && target.isEmpty()) {
                requestLine(line);
            } else if (line != null && !line.isEmpty()) {
                field(line);
            } else if (line != null) {
                length = length();
                return true;
            }
        } while (line != null);
        return false;
    }

    /** Returns the content length in bytes, 0 if there is no content, or -1 if it is chunked. */
    long bodyLength() {
        return length;
    }

    private Problem tooLarge() {
        return target.isEmpty()
                ? Problem.closing(414, "The request line is more than 20,000 bytes: ask for something shorter.")
                : Problem.closing(431, FieldBlock.TOO_LARGE);
    }

    private void requestLine(String line) throws Problem {
        if (line.isEmpty()) {
            return; // RFC 9112, 2.2, allows empty lines before a request.
        }
        String[] parts = line.split(" ", -1);
        if (parts.length != 3 || !isToken(parts[0]) || parts[1].isEmpty()) {
            throw Problem.closing(
                    400, "The first line is not a request: send a method, a target and HTTP/1.1, with single spaces.");
        } else if (!VERSION.matcher(parts[2]).matches()) {
            throw Problem.closing(400, "The first line does not end with a version of HTTP: send HTTP/1.1.");
        }
        method = parts[0];
        isHttp10 = parts[2].equals("HTTP/1.0");
        if (parts[2].charAt(5) != '1') {
            throw Problem.closing(505, "This connection speaks HTTP/1.1. For HTTP/2 offer h2 in ALPN.");
        } else if (method.length() > MAX_METHOD) {
            throw Problem.closing(501, "This server does not know the method.");
        }
        target(parts[1]);
    }

    /** Parses the request target, in one of its four forms (RFC 9112, 3.2). */
    private void target(String given) throws Problem {
        if (!given.chars().allMatch(c -> c > ' ' && c < 0x7f && NOT_IN_TARGETS.indexOf(c) < 0)) {
            throw Problem.closing(400, "The target has a character that must be percent-encoded.");
        } else if (RequestTarget.BAD_PERCENT.matcher(given).find()) {
            throw Problem.closing(400, "A percent sign is not followed by two hexadecimal digits: write %25.");
        } else if (RequestTarget.hasTooManyParameters(given)) {
            throw Problem.closing(414, RequestTarget.TOO_MANY_PARAMETERS);
        }
        var absolute = ABSOLUTE.matcher(given);
        if (method.equals("CONNECT")) {
            throw Problem.closing(501, RequestTarget.NO_PROXY);
        } else if (given.startsWith("/") || (given.equals("*") && method.equals("OPTIONS"))) {
            target = given;
        } else if (absolute.matches()) {
            authority = host(absolute.group(2));
            target = absolute.group(3).startsWith("/") ? absolute.group(3) : "/" + absolute.group(3);
        } else {
            throw Problem.closing(400, "The target must be a path that begins with a slash, or an https URL.");
        }
    }

    private static String host(String value) throws Problem {
        if (!RequestTarget.isHost(value)) {
            throw Problem.closing(
                    400, "The host is malformed: send a name or an address, and a port if it is not 443.");
        }
        return value.endsWith(":") ? value.substring(0, value.length() - 1) : value;
    }

    private void field(String line) throws Problem {
        int colon = nameEnd(line);
        String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
        String value = line.substring(colon + 1).strip(); // Only spaces and tabs: other controls were refused.
        if (!count.add(name)) {
            throw tooLarge();
        }
        switch (name) {
            case "host" -> hosts.add(value);
            case "content-length" -> lengths.add(value);
            case "transfer-encoding" -> codings.add(value);
            case "connection" -> connection.add(value);
            case "expect" -> expectations.add(value);
            case "upgrade", "http2-settings", LENGTH -> {} // There is no h2c over TLS (RFC 9113, 3.1).
            default -> rest.append(name).append(':').append(value).append("\r\n");
        }
    }

    /** Returns the index of the colon after a field name (RFC 9112, 5). */
    static int nameEnd(String line) throws Problem {
        int colon = line.indexOf(':');
        if (line.startsWith(" ") || line.startsWith("\t")) {
            throw Problem.closing(400, "A field is folded over several lines: use one line.");
        } else if (colon > 0 && (line.charAt(colon - 1) == ' ' || line.charAt(colon - 1) == '\t')) {
            throw Problem.closing(400, "There is white space between a field's name and its colon: remove it.");
        } else if (colon < 0 || !isToken(line.substring(0, colon))) {
            throw Problem.closing(400, "A line is not a header field: send a name, a colon and a value.");
        }
        return colon;
    }

    private static boolean isToken(String text) {
        FieldReader reader = new FieldReader(text);
        return !reader.token().isEmpty() && reader.atEnd();
    }

    /** Validates the message framing (RFC 9112, 6.1 to 6.3) and returns the content length. */
    private long length() throws Problem {
        if (hosts.size() > 1 || (hosts.isEmpty() && !isHttp10)) {
            throw Problem.closing(400, "HTTP/1.1 requires one Host: send it once.");
        } else if (!hosts.isEmpty()) {
            hosts.set(0, authority.isEmpty() ? host(hosts.get(0)) : authority);
        } else if (!authority.isEmpty()) {
            hosts.add(authority);
        }
        if (!expectations.isEmpty()
                && !isHttp10
                && !FieldReader.elements(String.join(",", expectations)).stream()
                        .allMatch("100-continue"::equalsIgnoreCase)) {
            throw Problem.closing(417, "Expect 100-continue, or nothing.");
        }
        if (!codings.isEmpty()) {
            checkCodings();
            return -1;
        } else if (lengths.isEmpty()) {
            return 0;
        } else if (lengths.size() > 1 || !ONE_LENGTH.matcher(lengths.get(0)).matches()) {
            throw Problem.closing(400, "The Content-Length is malformed: send one number, once.");
        }
        String digits = lengths.get(0).replaceFirst("^0+(?=.)", "");
        if (digits.length() > MAX_LENGTH_DIGITS) {
            throw Problem.closing(413, "The Content-Length is larger than a body may be: send less.");
        }
        return Long.parseLong(digits);
    }

    private void checkCodings() throws Problem {
        List<String> all = FieldReader.elements(String.join(",", codings));
        long chunked = all.stream().filter("chunked"::equalsIgnoreCase).count();
        if (isHttp10) {
            throw Problem.closing(400, "HTTP/1.0 has no Transfer-Encoding: send a Content-Length.");
        } else if (!lengths.isEmpty()) {
            throw Problem.closing(400, "A request has both Transfer-Encoding and Content-Length: send one of them.");
        } else if (chunked != 1 || !all.get(all.size() - 1).equalsIgnoreCase("chunked")) {
            throw Problem.closing(400, "The last transfer coding must be chunked, and it must occur once.");
        } else if (all.size() > 1) {
            throw Problem.closing(
                    501, "This server supports only chunked: send the body without another transfer coding.");
        }
    }

    /** Encodes a complete header section for Undertow. */
    byte[] plain() {
        StringBuilder head = new StringBuilder(rest.length() + 256);
        head.append(method).append(' ').append(target).append(isHttp10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
        hosts.forEach(host -> head.append("Host:").append(host).append("\r\n"));
        var options = FieldReader.elements(String.join(",", connection).toLowerCase(Locale.ROOT));
        if (options.contains("close")) {
            head.append("Connection:close\r\n");
        } else if (isHttp10 && options.contains("keep-alive")) {
            head.append("Connection:keep-alive\r\n");
        }
        if (length != 0) {
            head.append("Transfer-Encoding:chunked\r\n");
            head.append(expectations.isEmpty() || isHttp10 ? "" : "Expect:100-continue\r\n");
        }
        if (!lengths.isEmpty()) {
            head.append(LENGTH).append(':').append(length).append("\r\n");
        }
        return head.append(rest).append("\r\n").toString().getBytes(ISO_8859_1);
    }

    /**
     * Encodes a substitute for a refused header section. It keeps HEAD, because the response to HEAD has no content.
     */
    byte[] standIn() {
        String kind = method.equals("HEAD") ? "HEAD" : "GET";
        return (kind + " / HTTP/1.1\r\nHost:localhost\r\n\r\n").getBytes(ISO_8859_1);
    }
}
