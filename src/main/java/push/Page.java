package push;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code GET /}: the chat page, a handful of files that are read once.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Page {
    /** Nothing but its own files; no inline script, no eval, no markup made from strings (CSP 3; Trusted Types). */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'";

    private static final HttpString CONTENT_SECURITY_POLICY = new HttpString("Content-Security-Policy");
    private static final HttpString REFERRER_POLICY = new HttpString("Referrer-Policy");

    @SuppressWarnings("ArrayRecordComponent") // Nobody compares files.
    private record File(String contentType, byte[] bytes) {}

    private final Map<String, File> files = new LinkedHashMap<>();

    /** Reads the files. */
    public Page() {
        load("/", "index.html", "text/html; charset=utf-8");
        load("/app.js", "app.js", "text/javascript; charset=utf-8");
        load("/outbox.js", "outbox.js", "text/javascript; charset=utf-8");
        load("/stream.js", "stream.js", "text/javascript; charset=utf-8");
        load("/style.css", "style.css", "text/css; charset=utf-8");
        load("/favicon.svg", "favicon.svg", "image/svg+xml");
    }

    private void load(String path, String name, String contentType) {
        try (var in = Page.class.getResourceAsStream("/page/" + name)) {
            if (in == null) {
                throw new IllegalStateException("page/" + name + " is not in this build");
            }
            files.put(path, new File(contentType, in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers with the file of this path, or throws a 404, or a 405 for a method that it has not. */
    public void handle(HttpServerExchange exchange) throws Problem {
        File file = files.get(exchange.getRequestPath());
        if (file == null) {
            throw new Problem(404, "There is nothing here: messages are at /messages.");
        }
        var headers = Router.readOnly(exchange).getResponseHeaders();
        headers.put(CONTENT_SECURITY_POLICY, POLICY);
        headers.put(REFERRER_POLICY, "no-referrer");
        headers.put(Headers.CACHE_CONTROL, "no-cache");
        Reply.send(exchange, file.contentType, file.bytes);
    }
}
