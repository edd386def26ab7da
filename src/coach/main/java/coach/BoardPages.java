package coach;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Answers the browser of {@link BoardServer}: the page's files, its state, the picture and the feed of changes. It
 * answers only under the names of this machine, so that no other page can read it.
 *
 * <p><b>Threads:</b> any thread.
 */
final class BoardPages implements HttpHandler {

    /** Allows only the page's own files: no inline script, no markup from strings. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private static final Map<String, String> FILES =
            Map.of("index.html", "text/html", "board.js", "text/javascript", "board.css", "text/css");

    private final HttpHandler feed;
    private final Supplier<byte[]> state;
    private final Supplier<byte[]> picture;

    /**
     * @param feed streams a record for each change
     * @param state as JSON
     * @param picture of the server, as SVG
     */
    BoardPages(HttpHandler feed, Supplier<byte[]> state, Supplier<byte[]> picture) {
        this.feed = feed;
        this.state = state;
        this.picture = picture;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var path = exchange.getRequestPath();
        var host = exchange.getHostName();
        if (!host.equals("127.0.0.1") && !host.equals("localhost")) {
            exchange.setStatusCode(421).endExchange(); // Another name that resolves to this machine is another page's.
        } else if (!exchange.getRequestMethod().equalToString("GET")) {
            exchange.setStatusCode(405).endExchange();
        } else if (path.equals("/feed/messages")) {
            exchange.setRelativePath("/messages");
            exchange.setResolvedPath("/feed");
            feed.handleRequest(exchange);
        } else if (path.equals("/state")) {
            send(exchange, "application/json", state.get());
        } else if (path.equals("/picture.svg")) {
            send(exchange, "image/svg+xml", picture.get());
        } else if (path.equals("/favicon.ico")) {
            exchange.setStatusCode(204).endExchange(); // A browser requests one by itself.
        } else {
            file(exchange, path.equals("/") ? "index.html" : path.substring(1));
        }
    }

    private static void file(HttpServerExchange exchange, String name) throws IOException {
        if (!FILES.containsKey(name)) {
            exchange.setStatusCode(404).endExchange();
            return;
        }
        try (var in = BoardPages.class.getResourceAsStream("/board/" + name)) {
            exchange.getResponseHeaders().put(new HttpString("Content-Security-Policy"), POLICY);
            send(exchange, FILES.get(name) + "; charset=utf-8", in.readAllBytes());
        }
    }

    private static void send(HttpServerExchange exchange, String type, byte[] body) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-cache");
        exchange.getResponseHeaders().put(new HttpString("X-Content-Type-Options"), "nosniff");
        exchange.getResponseSender().send(ByteBuffer.wrap(body));
    }
}
