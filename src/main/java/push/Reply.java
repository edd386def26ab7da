package push;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.IoUtils;

/**
 * A response that ends: its headers, its body, and what to do with a request that is still coming in.
 *
 * <p><b>Threads:</b> any thread; the exchange's own.
 */
final class Reply implements IoCallback {
    private static final Reply DONE = new Reply();

    private Reply() {}

    /** Sends a whole body with the exchange's status and ends the exchange. */
    static void send(HttpServerExchange exchange, String contentType, byte[] body) {
        var headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, contentType);
        headers.put(Headers.CONTENT_LENGTH, body.length);
        if (!headers.contains(Headers.CACHE_CONTROL)) {
            headers.put(Headers.CACHE_CONTROL, "no-store");
        }
        headers.put(NOSNIFF, "nosniff");
        exchange.getResponseSender().send(ByteBuffer.wrap(body), DONE);
    }

    static final HttpString NOSNIFF = new HttpString("X-Content-Type-Options");

    @Override
    public void onComplete(HttpServerExchange exchange, Sender sender) {
        if (!exchange.isRequestComplete()) {
            // The answer is out before the request is in. Ending the exchange reads on and throws away, which leaves
            // the connection whole: a reset now would meet DATA that is on its way, and Undertow answers that by
            // GOAWAY. But it would read for ever, so the reset comes later if it must (RFC 9113, 8.1).
            int discardMs = Connection.of(exchange).shard.config.bodyMs();
            exchange.getIoThread()
                    .executeAfter(() -> IoUtils.safeClose(exchange.getRequestChannel()), discardMs, MILLISECONDS);
        }
        exchange.endExchange();
    }

    @Override
    public void onException(HttpServerExchange exchange, Sender sender, IOException exception) {
        exchange.endExchange(); // The client has gone; there is nobody to tell.
    }
}
