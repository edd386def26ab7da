package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;

/**
 * Forgets what a request has said of itself, once it is known what is to be done.
 *
 * <p>It exists because Undertow keeps fields, path and query until the answer has ended, and a stream's never does: 20,000
 * bytes, and more where a query has many names, for which HPACK lets their sender pay with thirty.
 *
 * <p><b>Threads:</b> the exchange's IO thread.
 */
final class RequestHead {
    /** Undertow asks for these while a body comes in. */
    private static final HttpString[] NEEDED = {Headers.EXPECT, Headers.CONTENT_LENGTH, Headers.TRANSFER_ENCODING};

    private static final int LONGEST_NEEDED = 100;

    private RequestHead() {}

    /** Lets go of all that this server does not ask for again; harmless the second time. */
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
