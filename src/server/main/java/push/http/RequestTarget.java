package push.http;

import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.NetworkUtils;
import io.undertow.util.Protocols;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Decodes the target of a request: its path and its query. Also checks its host.
 *
 * <p>It exists because in HTTP/2, Undertow responds to invalid percent-encoding by closing the connection with all its
 * streams. Here, it is a problem of one request.
 *
 * <p><b>Threads:</b> the exchange's IO thread.
 */
final class RequestTarget {
    /** A host and a port (RFC 3986, 3.2.2 and 3.2.3), without userinfo. */
    private static final Pattern AUTHORITY =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(:(\\d{0,5}))?");

    private static final Pattern ADDRESS = Pattern.compile(NetworkUtils.IP6_EXACT);
    static final Pattern BAD_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final int MAX_PORT = 65_535;
    private static final int MAX_PARAMETERS = 900; // Above 1,000, Undertow would send a 400 without a reason.
    static final String TOO_MANY_PARAMETERS = "The target has more than 900 parameters: ask for something shorter.";
    static final String NO_PROXY = "This server is not a proxy: it does not support CONNECT.";

    private RequestTarget() {}

    /**
     * Decodes the path and the query in place.
     *
     * @throws Problem 400, if the path, the query or the host is malformed
     */
    static void decode(HttpServerExchange exchange) throws Problem {
        checkHost(exchange);
        if (isForeign(exchange)) {
            return; // That server has already decoded it.
        }
        String path = exchange.getRelativePath();
        if (path.indexOf('%') >= 0) {
            exchange.setRelativePath(decode(path, false));
        }
        String query = exchange.getQueryString();
        if (query.indexOf('%') >= 0 || query.indexOf('+') >= 0) {
            Map<String, Iterable<String>> raw = new HashMap<>();
            exchange.getQueryParameters().forEach((name, values) -> raw.put(name, new ArrayDeque<>(values)));
            exchange.getQueryParameters().clear();
            for (var parameter : raw.entrySet()) {
                for (String value : parameter.getValue()) {
                    exchange.addQueryParam(decode(parameter.getKey(), true), decode(value, true));
                }
            }
        }
    }

    /** Returns whether a request target has more parameters than Undertow would parse. */
    static boolean hasTooManyParameters(String target) {
        return target.length() > MAX_PARAMETERS
                && target.chars().filter(c -> c == '&' || c == ';').count() > MAX_PARAMETERS;
    }

    /** Returns whether an Undertow server other than ours has received this request. */
    static boolean isForeign(HttpServerExchange exchange) {
        return exchange.getConnection().getUndertowOptions().get(UndertowOptions.DECODE_URL, true);
    }

    private static void checkHost(HttpServerExchange exchange) throws Problem {
        var hosts = exchange.getRequestHeaders().get(Headers.HOST);
        if (hosts == null && exchange.getProtocol().equals(Protocols.HTTP_1_0)) {
            return;
        }
        if (hosts == null || hosts.size() != 1 || !isHost(hosts.getFirst())) {
            throw new Problem(400, "Send one Host, or :authority: a name or an address, and a port if it is not 443.");
        }
    }

    /** Returns whether this is a valid value of Host (RFC 9110, 7.2): a host, and optionally a port other than 0. */
    static boolean isHost(String value) {
        var parts = AUTHORITY.matcher(value);
        if (!parts.matches()) {
            return false;
        }
        String host = parts.group(1);
        String port = parts.group(3) == null || parts.group(3).isEmpty() ? "443" : parts.group(3);
        boolean isNamed = host.startsWith("[")
                ? ADDRESS.matcher(host.substring(1, host.length() - 1)).matches()
                : !BAD_PERCENT.matcher(host).find();
        return isNamed && Integer.parseInt(port) > 0 && Integer.parseInt(port) <= MAX_PORT;
    }

    /** Decodes percent-encoded UTF-8 (RFC 3986, 2.1), and in a form also a plus sign as a space. */
    private static String decode(String text, boolean form) throws Problem {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 3 <= text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = i + 3 <= text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new Problem(400, "A percent sign is not followed by two hexadecimal digits: write %25.");
                }
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                bytes.writeBytes((form && c == '+' ? " " : String.valueOf(c)).getBytes(StandardCharsets.UTF_8));
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Problem(400, "The percent-encoded bytes are not UTF-8: encode the text in UTF-8.");
        }
    }
}
