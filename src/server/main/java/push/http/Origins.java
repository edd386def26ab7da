package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which pages may read and post: the server's own pages, and those of the origins in {@code PUSH_ORIGINS}, by
 * CORS.
 *
 * <p>A page is the server's own if the browser says so, or if its Origin is the origin that was requested. The browser
 * says so with {@code Sec-Fetch-Site: same-origin}, which no page can set and which does not depend on Host. A request
 * without either field comes from no page, or from a navigation or browser that sends neither and cannot read across
 * origins.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Origins {
    private static final HttpString SEC_FETCH_SITE = new HttpString("Sec-Fetch-Site");
    private static final HttpString SEC_FETCH_MODE = new HttpString("Sec-Fetch-Mode");
    private static final HttpString SEC_FETCH_DEST = new HttpString("Sec-Fetch-Dest");
    private static final HttpString ALLOW_ORIGIN = new HttpString("Access-Control-Allow-Origin");
    private static final HttpString ALLOW_METHODS = new HttpString("Access-Control-Allow-Methods");
    private static final HttpString ALLOW_HEADERS = new HttpString("Access-Control-Allow-Headers");
    private static final HttpString EXPOSE_HEADERS = new HttpString("Access-Control-Expose-Headers");
    private static final HttpString MAX_AGE = new HttpString("Access-Control-Max-Age");
    private static final HttpString REQUEST_METHOD = new HttpString("Access-Control-Request-Method");
    private static final int SHOWN = 200; // Maximum length of a value quoted in a refusal.

    private final Set<Origin> allowed;
    private final TrustedProxies proxies;

    Origins(Config config) {
        this.allowed = config.origins();
        this.proxies = config.trustedProxies();
    }

    /** Adds to every response, whatever its status, the fields that say which origin may read it. */
    void decorate(HttpServerExchange exchange) {
        var headers = exchange.getResponseHeaders();
        headers.add(Headers.VARY, "origin");
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        if (origin != null && isAllowed(exchange)) {
            headers.put(ALLOW_ORIGIN, origin);
            headers.put(EXPOSE_HEADERS, "location, retry-after, allow, etag");
        }
    }

    /** Answers a CORS preflight request. Returns false if the request is not one. */
    boolean answersPreflight(HttpServerExchange exchange) throws Problem {
        var asked = exchange.getRequestHeaders();
        if (!exchange.getRequestMethod().equalToString("OPTIONS")
                || !asked.contains(Headers.ORIGIN)
                || !asked.contains(REQUEST_METHOD)) {
            return false;
        }
        refuseIfForeign(exchange);
        var headers = exchange.getResponseHeaders();
        headers.put(ALLOW_METHODS, "GET, HEAD, POST");
        headers.put(ALLOW_HEADERS, "accept, cache-control, content-type, idempotency-key, last-event-id");
        headers.put(MAX_AGE, "7200");
        Reply.send(exchange.setStatusCode(204));
        return true;
    }

    /** Refuses a page that is neither the server's own nor allowed, and explains why. */
    void refuseIfForeign(HttpServerExchange exchange) throws Problem {
        var asked = exchange.getRequestHeaders();
        var lines = asked.get(Headers.ORIGIN);
        String site = asked.getFirst(SEC_FETCH_SITE);
        if ("same-origin".equals(site) || isAllowed(exchange)) {
            return;
        }
        boolean isForeign = "cross-site".equals(site) || "same-site".equals(site);
        if (lines == null) {
            // Images and scripts of other pages are requested without an Origin; following a link is the user's choice.
            if (isForeign && !isLink(asked)) {
                throw new Problem(
                        403,
                        "The browser says that a page of another origin sent this request, without naming"
                                + " its origin: use fetch with CORS, and add the origin to PUSH_ORIGINS.");
            }
            return;
        }
        String origin = String.join(", ", lines);
        Origin page = Origin.parse(origin);
        Origin here = here(exchange);
        if (page == null || isForeign || !page.equals(here)) {
            throw new Problem(403, why(origin, page, here, exchange.getHostAndPort(), isForeign));
        }
    }

    /** Returns whether the user followed a link. A frame in a foreign page also navigates, but does not count. */
    private static boolean isLink(HeaderMap asked) {
        String destination = asked.getFirst(SEC_FETCH_DEST);
        return "navigate".equals(asked.getFirst(SEC_FETCH_MODE))
                && (destination == null || destination.equals("document"));
    }

    private boolean isAllowed(HttpServerExchange exchange) {
        var lines = exchange.getRequestHeaders().get(Headers.ORIGIN);
        Origin page = lines == null || lines.size() > 1 ? null : Origin.parse(lines.getFirst());
        return page != null && allowed.contains(page);
    }

    /** Returns the origin that the browser requested, according to this request or a trusted proxy. */
    private @Nullable Origin here(HttpServerExchange exchange) {
        Origin told = proxies.origin(exchange);
        String scheme = RequestTarget.isForeign(exchange) ? exchange.getRequestScheme() : "https";
        return told != null ? told : Origin.of(scheme, exchange.getHostAndPort());
    }

    private static String why(
            String origin, @Nullable Origin page, @Nullable Origin here, String host, boolean isForeign) {
        String shown = shown(origin);
        if (page == null) {
            return "The Origin \"" + shown + "\" identifies no page (it stands for a file, a sandboxed frame or a"
                    + " redirect): open the page at its own address, https://" + shown(host) + "/.";
        }
        String setting = "set PUSH_ORIGINS=" + shown(page.toString());
        String told = "The page has the origin " + shown(page.toString()) + ", but the request was sent to "
                + (here == null ? "\"" + shown(host) + "\"" : shown(here.toString())) + ": ";
        if (isForeign) {
            return told + "the browser says that these are different origins. If that page may use this server, "
                    + setting + ".";
        }
        if (here != null && page.host().equals(here.host()) && page.scheme().equals(here.scheme())) {
            return told + "a proxy between them has probably dropped the port from Host. Let it pass Host on unchanged"
                    + " (nginx: proxy_set_header Host $http_host), or " + setting + ".";
        }
        if (here != null && !page.scheme().equals(here.scheme())) { // Passing Host on would not help.
            return told + "a proxy in front of this server probably speaks plain http. "
                    + setting.replaceFirst("s", "S") + ", or let the proxy speak https.";
        }
        return told + "a proxy between them has probably replaced Host. Let it pass Host on unchanged (nginx:"
                + " proxy_set_header Host $http_host; Apache: ProxyPreserveHost On), or " + setting + ".";
    }

    private static String shown(String value) {
        return value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "…";
    }
}
