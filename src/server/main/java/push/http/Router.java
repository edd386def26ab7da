package push.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import push.Message;
import push.MessageLog;
import push.Shards;
import push.Wire;

/**
 * Routes each request to its handler and rejects the rest.
 *
 * <p><b>Threads:</b> any IO thread.
 */
final class Router implements HttpHandler {
    private static final String MESSAGE = "/messages/";
    private static final AttachmentKey<Wire> WIRE = AttachmentKey.create(Wire.class);

    private final Origins origins;
    private final Config config;
    private final MessageLog log;
    private final Shards shards;
    private final StreamHandler stream;
    private final PublishHandler publish;
    private final StatusHandler status;
    private final Metrics metrics;
    private final HistoryHandler history;
    private final BooleanSupplier isFilled;
    private final Page page = new Page();
    // Volatile: set by the thread that drains, read by every IO thread.
    private volatile boolean unready;
    private volatile boolean draining;

    Router(
            Origins origins,
            Config config,
            MessageLog log,
            Shards shards,
            StreamHandler stream,
            PublishHandler publish,
            StatusHandler status,
            Metrics metrics,
            HistoryHandler history,
            BooleanSupplier isFilled) {
        this.origins = origins;
        this.config = config;
        this.log = log;
        this.shards = shards;
        this.stream = stream;
        this.publish = publish;
        this.status = status;
        this.metrics = metrics;
        this.history = history;
        this.isFilled = isFilled;
    }

    /** Makes {@code /readyz} respond with 503. Other requests are not affected. */
    void unready() {
        unready = true;
    }

    /** Refuses every further request, except those for the server's state. Whoever sees that it is not ready is refused. */
    void drain() {
        draining = true;
        unready = true;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        ClientConnection.attach(exchange, shards, config);
        ClientConnection.of(exchange).stalled().relieve();
        exchange.setPersistent(exchange.isPersistent() && !draining); // HTTP/1.1 clients see this.
        origins.decorate(exchange);
        try {
            ClientConnection.of(exchange).refuseIfTooLarge();
            RequestTarget.decode(exchange);
            route(exchange, exchange.getRelativePath());
        } catch (Problem problem) {
            problem.send(exchange);
        }
    }

    private void route(HttpServerExchange exchange, String path) throws Problem {
        boolean isForPages =
                path.equals("/messages") || path.equals("/msgs") || path.equals("/history") || path.startsWith(MESSAGE);
        if (isForPages && origins.answersPreflight(exchange)) { // Even in a drain: it requests nothing yet.
            return;
        }
        switch (path) {
            case "/messages" -> messages(exchange, Wire.MESSAGES);
            case "/msgs" -> messages(exchange, Wire.MSG);
            case "/history" -> {
                refuseIfNotServing();
                origins.refuseIfForeign(exchange);
                history.handle(Problem.readOnly(exchange));
            }
            case "/status" -> status.handle(Problem.readOnly(exchange));
            case "/metrics" -> metrics.handle(Problem.readOnly(exchange));
            case "/healthz" -> say(Problem.readOnly(exchange), "ok\n");
            case "/readyz" -> {
                refuseIfStarting();
                if (unready) {
                    throw Problem.goingDown();
                }
                say(Problem.readOnly(exchange), "ready\n");
            }
            case "*" -> { // Only OPTIONS can request this (RFC 9110, 9.3.7).
                exchange.setStatusCode(204);
                exchange.getResponseHeaders().put(Headers.ALLOW, "GET, HEAD, POST, OPTIONS");
                exchange.endExchange();
            }
            default -> {
                refuseIfNotServing();
                if (path.startsWith(MESSAGE)) {
                    message(exchange, path.substring(MESSAGE.length()));
                } else {
                    page.handle(exchange);
                }
            }
        }
    }

    private void messages(HttpServerExchange exchange, Wire plain) throws Problem {
        origins.refuseIfForeign(exchange);
        switch (exchange.getRequestMethod().toString()) {
            case "GET", "HEAD" -> open(exchange, StreamHandler.choose(exchange, plain));
            case "POST" -> {
                refuseIfNotServing();
                publish.handle(exchange);
            }
            default -> throw Problem.methodNotAllowed("GET, HEAD, POST");
        }
    }

    /** Opens a stream. Permanent refusals were handled before; refusals from here on are temporary. */
    private void open(HttpServerExchange exchange, Wire wire) {
        exchange.addDefaultResponseListener(Router::answerFailure);
        exchange.putAttachment(WIRE, wire);
        try {
            refuseIfNotServing();
            stream.handle(exchange, wire);
        } catch (Problem problem) {
            problem.send(exchange, wire);
        }
    }

    /** Replaces the empty 500 that Undertow would send because a handler has thrown. */
    private static boolean answerFailure(HttpServerExchange exchange) {
        boolean failed = exchange.getStatusCode() == 500 && !exchange.isResponseStarted();
        if (failed) {
            Problem.failed().send(exchange, exchange.getAttachment(WIRE));
        }
        return failed;
    }

    private void message(HttpServerExchange exchange, String id) throws Problem {
        Message message = log.find(id);
        if (message == null) {
            throw new Problem(404, "There is no message with this id, or it is no longer kept.");
        }
        Reply.send(Problem.readOnly(exchange), "application/json", message.json());
    }

    private void refuseIfNotServing() throws Problem {
        if (draining) {
            throw Problem.goingDown();
        }
        refuseIfStarting();
    }

    private void refuseIfStarting() throws Problem {
        if (!isFilled.getAsBoolean()) {
            throw Problem.starting();
        }
    }

    private static void say(HttpServerExchange exchange, String text) {
        Reply.send(exchange, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }
}
