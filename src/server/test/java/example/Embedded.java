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
 * A push endpoint in your own server, which also publishes messages.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Embedded {
    private final HttpHandler hello = exchange -> exchange.getResponseSender().send("hello");
    private final PushHandler push = new PushHandler(Config.from(Map.of("PUSH_HEARTBEAT_MS", "5000")));

    /** Creates a server with its own page, and under /feed the push server: messages, history, status and page. */
    Undertow server(int port) {
        return Undertow.builder()
                .addHttpListener(port, "localhost")
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setHandler(Handlers.path().addPrefixPath("/feed", push).addExactPath("/", hello))
                .build();
    }

    /** Publishes a message to every stream, in one order with the messages of clients, and once for each key. */
    CompletionStage<String> tell(String user, String text, String key) {
        return push.publisher().publish(NewMessage.of(user, text), key).thenApply(outcome -> {
            if (outcome instanceof Stored stored) {
                return "message " + stored.message().sequence() + (stored.replayed() ? ", again" : "");
            }
            return "this key was used for another message";
        });
    }

    /** Sends a bye to every stream and ends it. The server may then stop. */
    void drain() {
        push.drain();
    }
}
