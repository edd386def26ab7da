package given;

import io.undertow.server.HttpServerExchange;
import java.util.function.BiConsumer;

/**
 * A request with a body.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Post {
    private Post() {}

    /**
     * Reads the whole body, then calls the handler on a worker thread, which may wait. The request is answered when the handler
     * returns; if it throws, with 500.
     */
    public static void receive(HttpServerExchange exchange, BiConsumer<HttpServerExchange, byte[]> handler) {
        exchange.getRequestReceiver()
                .receiveFullBytes((whole, body) -> whole.dispatch(() -> {
                    try {
                        handler.accept(whole, body);
                    } catch (RuntimeException e) {
                        e.printStackTrace();
                        whole.setStatusCode(500);
                    }
                    if (!whole.isResponseStarted()) {
                        whole.endExchange();
                    }
                }));
    }
}
