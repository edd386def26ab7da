package given;

import io.undertow.server.HttpServerExchange;
import java.util.function.Consumer;
import push.Shards;
import push.http.ClientConnection;
import push.http.Config;
import push.http.Problem;
import push.http.RequestBody;

/**
 * From lesson 12 on: what a request costs before your code sees it. Given, because these bounds lie in Undertow's channels and not
 * in HTTP: Undertow's own receiver believes any {@code Content-Length}, waits for ever, and answers a body that is too large by
 * no answer at all.
 *
 * <p><b>Threads:</b> the exchange's IO thread.
 */
public final class Request {
    private Request() {}

    /**
     * To be called first. Returns whether you may go on: header fields of more than 20,000 bytes were thrown away unread, and the
     * request has been answered 431.
     */
    public static boolean begin(HttpServerExchange exchange, Shards shards, Config config) {
        ClientConnection.attach(exchange, shards, config);
        try {
            ClientConnection.of(exchange).refuseIfTooLarge();
            return true;
        } catch (Problem tooLarge) {
            tooLarge.send(exchange);
            return false;
        }
    }

    /**
     * Reads a body of at most 64 KiB and hands it over when it is whole. A larger one is answered 413 before it has come, one that
     * takes too long 408, and one whose length is not the declared one 400; none of these reaches the reader.
     */
    public static void receive(HttpServerExchange exchange, Config config, Consumer<byte[]> reader) {
        try {
            RequestBody.receive(exchange, config.bodyMs(), reader::accept);
        } catch (Problem refused) {
            refused.send(exchange);
        }
    }
}
