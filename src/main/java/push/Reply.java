package push;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A response that ends: its headers, its body, and what to do with a request that is still coming in.
 *
 * <p><b>Threads:</b> the exchange's IO thread.
 */
public final class Reply implements IoCallback {
    private static final int DISCARD_MS = 1_000;
    private static final Reply DONE = new Reply();
    private static final Discard DISCARD = new Discard();

    private Reply() {}

    /** Sends a whole body with the exchange's status and ends the exchange. */
    public static void send(HttpServerExchange exchange, String contentType, byte[] body) {
        send(exchange, contentType, new ByteBuffer[] {ByteBuffer.wrap(body)});
    }

    /** The same, with a body in pieces, which are sent as one. */
    static void send(HttpServerExchange exchange, String contentType, ByteBuffer[] body) {
        var headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, contentType);
        headers.put(
                Headers.CONTENT_LENGTH,
                Arrays.stream(body).mapToInt(ByteBuffer::remaining).sum());
        if (!headers.contains(Headers.CACHE_CONTROL)) {
            headers.put(Headers.CACHE_CONTROL, "no-store");
        }
        headers.put(NOSNIFF, "nosniff");
        exchange.getResponseSender().send(body, DONE);
    }

    static final HttpString NOSNIFF = new HttpString("X-Content-Type-Options");

    @Override
    public void onComplete(HttpServerExchange exchange, Sender sender) {
        if (exchange.isRequestComplete()) {
            exchange.endExchange();
        } else {
            sender.close(DISCARD); // Flushes: ending the exchange would keep the answer until the request is in.
        }
    }

    /**
     * What to do once an answer is out before its request is in. Ending the exchange reads on and throws away, which
     * leaves the connection whole for its other streams; what still comes after a while is stopped (RFC 9113, 8.1).
     * Not immediately, because Undertow ends a connection that needs many resets.
     */
    private static final class Discard implements IoCallback {
        @Override
        public void onComplete(HttpServerExchange exchange, Sender sender) {
            Connection connection = Connection.of(exchange);
            int afterMs = Math.min(DISCARD_MS, connection.shard.config.bodyMs());
            exchange.endExchange();
            exchange.getIoThread().executeAfter(() -> connection.stopRequest(exchange), afterMs, MILLISECONDS);
        }

        @Override
        public void onException(HttpServerExchange exchange, Sender sender, IOException exception) {
            exchange.endExchange();
        }
    }

    @Override
    public void onException(HttpServerExchange exchange, Sender sender, IOException exception) {
        exchange.endExchange(); // The client has gone and cannot be told.
    }
}
