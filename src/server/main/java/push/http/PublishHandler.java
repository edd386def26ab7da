package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import push.Connection;
import push.NewMessage;
import push.Publisher;
import push.Publisher.Outcome;
import push.Publisher.Outcome.Stored;

/**
 * {@code POST /messages}: validates one message, publishes it, and responds with 201.
 *
 * <p><b>Threads:</b> any IO thread; its only state is a counter.
 */
final class PublishHandler {
    private static final HttpString IDEMPOTENCY_KEY = new HttpString("Idempotency-Key");
    private static final String UNKNOWN = "The message may or may not be stored: try again with the same"
            + " Idempotency-Key, with which it is stored once.";
    private static final String REUSED =
            "This Idempotency-Key was used for another message, or for one that is no longer kept: take a new key.";

    private final Config config;
    private final Limits limits;
    private final Publisher publisher;
    private final AtomicInteger unanswered = new AtomicInteger();

    PublishHandler(Config config, Limits limits, Publisher publisher) {
        this.config = config;
        this.limits = limits;
        this.publisher = publisher;
    }

    void handle(HttpServerExchange exchange) throws Problem {
        RequestBody.Toll toll = limits.post(exchange);
        MediaType.requireJson(exchange.getRequestHeaders().get(Headers.CONTENT_TYPE));
        String key = IdempotencyKey.read(exchange.getRequestHeaders().get(IDEMPOTENCY_KEY));
        RequestBody.receive(exchange, config.bodyMs(), toll, body -> publish(exchange, MessageBody.parse(body), key));
    }

    private void publish(HttpServerExchange exchange, NewMessage message, @Nullable String key) {
        Connection connection = ClientConnection.of(exchange).streams;
        unanswered.incrementAndGet(); // Before it is stored; otherwise a drain could miss it.
        publisher
                .publish(message, key)
                .whenComplete((outcome, failure) -> connection.answer(() -> {
                    unanswered.decrementAndGet();
                    answer(exchange, outcome, failure);
                }));
    }

    /** Returns whether every published message has its response. */
    boolean isIdle() {
        return unanswered.get() == 0;
    }

    private void answer(HttpServerExchange exchange, @Nullable Outcome outcome, @Nullable Throwable failure) {
        if (failure != null) {
            Problem.tryLater(503, UNKNOWN, 1_000).send(exchange);
        } else if (outcome instanceof Stored stored) {
            exchange.setStatusCode(201);
            exchange.getResponseHeaders()
                    .put(Headers.LOCATION, "messages/" + stored.message().id());
            Reply.send(exchange, "application/json", stored.message().json());
        } else {
            new Problem(422, REUSED).send(exchange);
        }
    }
}
