package push.http;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A web origin: scheme, host and port (RFC 6454, 4).
 *
 * <p>It exists because one origin has many spellings: {@code https://Push.Example} equals
 * {@code https://push.example:443}, and {@code https://[::1]} equals {@code https://[0:0:0:0:0:0:0:1]}.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param host in lower case; an IPv6 address is in brackets
 * @param port always present; the scheme's default if none is written
 */
record Origin(String scheme, String host, int port) {
    private static final Pattern SERIALIZED = Pattern.compile(
            "([A-Za-z][A-Za-z0-9+.-]{0,31})://(\\[[0-9A-Fa-f:.]{2,45}]|[^\\[\\]/?#@:\\s\\\\,\"<>]{1,255})(?::([0-9]{1,5}))?");

    /** Parses an origin as serialized by a browser. Returns null if it is malformed ({@code null}, a path, a list). */
    static @Nullable Origin parse(String text) {
        Matcher parts = SERIALIZED.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        String host = canonical(parts.group(2));
        int port = parts.group(3) == null ? defaultPort(scheme) : Integer.parseInt(parts.group(3));
        return host == null || port > 65_535 ? null : new Origin(scheme, host, port);
    }

    /** Returns the origin of a scheme and an authority, such as the value of Host, or null if it is malformed. */
    static @Nullable Origin of(String scheme, String authority) {
        return parse(scheme + "://"
                + (authority.endsWith(":") ? authority.substring(0, authority.length() - 1) : authority));
    }

    private static @Nullable String canonical(String host) {
        try {
            if (host.startsWith("[")) { // An address literal needs no lookup.
                String address = InetAddress.getByName(host).getHostAddress();
                return '[' + address + ']';
            }
            String ascii = host.chars().allMatch(c -> c < 0x80) ? host : IDN.toASCII(host);
            return ascii.toLowerCase(Locale.ROOT);
        } catch (UnknownHostException | IllegalArgumentException e) {
            return null;
        }
    }

    private static int defaultPort(String scheme) {
        return switch (scheme) {
            case "https" -> 443;
            case "http" -> 80;
            default -> 0;
        };
    }

    /** Returns the origin as a browser serializes it (RFC 6454, 6.2). */
    @Override
    public String toString() {
        return scheme + "://" + host + (port == defaultPort(scheme) ? "" : ":" + port);
    }
}
