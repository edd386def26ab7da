package example;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import push.NewMessage;
import push.Publisher.Outcome.Stored;
import push.http.Config;
import push.http.PushHandler;

/**
 * A push endpoint in a server of one's own, which also publishes.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Embedded {
    private final HttpHandler hello = exchange -> exchange.getResponseSender().send("hello");
    private final PushHandler push = new PushHandler(Config.from(Map.of("PUSH_HEARTBEAT_MS", "5000")));

    /** A server with a page of its own, and under /feed all that the push server has: messages, history, status, page. */
    Undertow server(int port) {
        return Undertow.builder()
                .addHttpListener(port, "localhost")
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setHandler(Handlers.path().addPrefixPath("/feed", push).addExactPath("/", hello))
                .build();
    }

    /** Tells every stream, in the one order with what clients post; once for each key. */
    CompletionStage<String> tell(String user, String text, String key) {
        return push.publisher().publish(NewMessage.of(user, text), key).thenApply(outcome -> {
            if (outcome instanceof Stored stored) {
                return "message " + stored.message().sequence() + (stored.replayed() ? ", again" : "");
            }
            return "this key was used for another message";
        });
    }

    /** Says goodbye to every stream; then the server may stop. */
    void drain() {
        push.drain();
    }
}
