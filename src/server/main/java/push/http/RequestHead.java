package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;

/**
 * Discards a request's header section once the request has been dispatched.
 *
 * <p>It exists because Undertow keeps the fields, the path and the query until the response ends, which for a stream is
 * never. They take 20,000 bytes, or more for a query with many names, although HPACK lets a client send them in thirty.
 *
 * <p><b>Threads:</b> the exchange's IO thread.
 */
final class RequestHead {
    /** Undertow reads these fields while content arrives. */
    private static final HttpString[] NEEDED = {Headers.EXPECT, Headers.CONTENT_LENGTH, Headers.TRANSFER_ENCODING};

    private static final int LONGEST_NEEDED = 100;

    private RequestHead() {}

    /** Discards everything that is not needed again. Does nothing the second time. */
    static void forget(HttpServerExchange exchange) {
        var fields = exchange.getRequestHeaders();
        if (fields.size() > NEEDED.length || fields.contains(Headers.HOST)) {
            String[] kept = new String[NEEDED.length];
            for (int i = 0; i < kept.length; i++) {
                kept[i] = fields.getFirst(NEEDED[i]);
            }
            fields.clear();
            for (int i = 0; i < kept.length; i++) {
                if (kept[i] != null && kept[i].length() <= LONGEST_NEEDED) {
                    fields.put(NEEDED[i], kept[i]);
                }
            }
        }
        exchange.getQueryParameters().clear();
        exchange.getPathParameters().clear();
        exchange.setRequestURI("/")
                .setRequestPath("/")
                .setRelativePath("/")
                .setResolvedPath("")
                .setQueryString("")
                .setDecodedQueryString(null);
    }
}
