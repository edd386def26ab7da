package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that are trusted to report a client's address and the origin it requested.
 *
 * <p>Each proxy appends the address of its client, so the list is read from its end. The first address that is not a
 * trusted proxy is the client's; any earlier ones may be forged by the client, or malformed. Only one field is read
 * ({@code PUSH_FORWARDED_HEADER}), because a proxy passes on the other one unchanged.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param blocks the addresses of the proxies
 * @param standard whether they send Forwarded (RFC 7239) instead of X-Forwarded-For
 */
record TrustedProxies(List<AddressBlock> blocks, boolean standard) {
    private static final HttpString FORWARDED = new HttpString("Forwarded");
    private static final HttpString X_FORWARDED_FOR = new HttpString("X-Forwarded-For");
    private static final HttpString X_FORWARDED_HOST = new HttpString("X-Forwarded-Host");
    private static final HttpString X_FORWARDED_PROTO = new HttpString("X-Forwarded-Proto");
    private static final HttpString X_FORWARDED_PORT = new HttpString("X-Forwarded-Port");
    private static final Pattern WITH_PORT =
            Pattern.compile("(?:\\[([^\\]]{2,60})]|([0-9.]{7,15}))(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?");

    /** One hop of a request: its client and what it requested; null where not reported. */
    private record Hop(
            @Nullable InetAddress client,
            @Nullable String host,
            @Nullable String scheme) {}

    TrustedProxies {
        blocks = List.copyOf(blocks);
    }

    boolean trusts(InetAddress address) {
        return blocks.stream().anyMatch(block -> block.contains(address));
    }

    /** Returns the client's address as reported by trusted proxies, or null if there is none. */
    @Nullable
    InetAddress client(HttpServerExchange exchange) {
        Hop hop = clientsHop(exchange);
        return hop == null ? null : hop.client;
    }

    /** Returns the origin that the client requested, as reported by trusted proxies, or null if there is none. */
    @Nullable
    Origin origin(HttpServerExchange exchange) {
        Hop hop = clientsHop(exchange);
        if (hop == null) {
            return null;
        }
        String host = standard ? hop.host : first(exchange, X_FORWARDED_HOST);
        String scheme = standard ? hop.scheme : first(exchange, X_FORWARDED_PROTO);
        String port = standard ? null : first(exchange, X_FORWARDED_PORT);
        String authority = host == null ? exchange.getHostAndPort() : host;
        if (port != null && !authority.matches(".*:[0-9]+")) {
            authority += ":" + port;
        }
        return Origin.of(scheme == null ? "https" : scheme, authority);
    }

    private @Nullable Hop clientsHop(HttpServerExchange exchange) {
        var peer = exchange.getSourceAddress();
        if (blocks.isEmpty() || peer == null || peer.getAddress() == null || !trusts(peer.getAddress())) {
            return null;
        }
        var lines = exchange.getRequestHeaders().get(standard ? FORWARDED : X_FORWARDED_FOR);
        return lines == null ? new Hop(null, null, null) : clientsHop(lines);
    }

    private Hop clientsHop(List<String> lines) {
        List<String> elements = new ArrayList<>();
        for (int i = lines.size() - 1; i >= 0; i--) {
            elements.addAll(FieldReader.elementsFromEnd(lines.get(i)));
        }
        Hop last = new Hop(null, null, null);
        for (String element : elements) {
            Hop hop = standard ? forwarded(element) : new Hop(node(element), null, null);
            if (hop.client == null || !trusts(hop.client)) {
                return hop;
            }
            last = hop;
        }
        return last; // All are trusted: the request came from one of them.
    }

    /** Parses one element of Forwarded. A malformed element yields an empty hop. */
    private static Hop forwarded(String element) {
        FieldReader in = new FieldReader(element);
        InetAddress client = null;
        String host = null;
        String scheme = null;
        do {
            String name = in.space().token().toLowerCase(Locale.ROOT);
            if (name.isEmpty()) {
                continue;
            }
            String value = in.take('=') ? in.tokenOrQuoted() : null;
            if (value == null) {
                return new Hop(null, null, null);
            }
            switch (name) {
                case "for" -> client = node(value);
                case "host" -> host = value;
                case "proto" -> scheme = value;
                default -> {} // "by" and extensions.
            }
        } while (in.space().take(';'));
        return in.atEnd() ? new Hop(client, host, scheme) : new Hop(null, null, null);
    }

    /**
     * Returns the address of a node, with or without a port (RFC 7239, 6), or null for {@code unknown} and obfuscated
     * nodes.
     */
    private static @Nullable InetAddress node(String text) {
        Matcher parts = WITH_PORT.matcher(text);
        if (!parts.matches()) {
            return AddressBlock.address(text);
        }
        return AddressBlock.address(parts.group(1) != null ? parts.group(1) : parts.group(2));
    }

    private static @Nullable String first(HttpServerExchange exchange, HttpString name) {
        String line = exchange.getRequestHeaders().getFirst(name);
        List<String> elements = line == null ? List.of() : FieldReader.elements(line);
        return elements.isEmpty() ? null : elements.get(0);
    }
}
