package lesson17_machines;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import lesson14_browser.Page;
import push.LocalPublisher;
import push.Message;
import push.MessageLog;
import push.NewMessage;
import push.Publisher;
import push.Resume;
import push.Shards;
import push.Stats;
import push.Wire;
import push.http.Accept;
import push.http.ClientConnection;
import push.http.Config;
import push.http.MediaType;
import push.http.MessageBody;
import push.http.Problem;
import push.http.Reply;
import push.http.RequestBody;
import push.http.RunningServer;
import tools.jackson.databind.json.JsonMapper;

/** It gives out no numbers itself: a publisher does, on this machine or for several. */
public final class Server implements RunningServer {
    private static final String MESSAGE = "/messages/";

    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final Page page = new Page();
    private final MessageLog log;
    private final Stats stats = new Stats();
    private final Shards shards;
    private final Door door;
    private volatile boolean draining; // Set by whoever drains, read by every IO thread.
    private final Publisher publisher;
    private final AtomicInteger unanswered =
            new AtomicInteger(); // Messages that the publisher has, and no client an answer to.

    private Server(Config config) {
        this.config = config;
        log = new MessageLog(config.retainMessages(), config.retainBytes());
        shards = new Shards(config.settings(), log, stats);
        publisher = config.nats().url().isEmpty()
                ? new LocalPublisher(config.settings(), log, shards, stats)
                : new JetStreamPublisher(config.nats(), config.settings(), log, shards);
        door = Door.open(config, shards, this::handle);
    }

    public static RunningServer start(Map<String, String> env) {
        return new Server(Config.from(env));
    }

    public static void main(String[] args) {
        RunningServer server = start(System.getenv());
        Runtime.getRuntime().addShutdownHook(new Thread(server::drain)); // The JVM waits for its hooks.
        System.out.println("Serving https://localhost:" + server.port() + "/");
    }

    private void handle(HttpServerExchange exchange) {
        ClientConnection.attach(exchange, shards, config);
        try {
            ClientConnection.of(exchange).refuseIfTooLarge();
            route(exchange, exchange.getRequestMethod().toString(), exchange.getRequestPath());
        } catch (Problem problem) {
            problem.send(exchange);
        }
    }

    private void route(HttpServerExchange exchange, String method, String path) throws Problem {
        if (path.equals("/messages") || path.equals("/msgs")) {
            refuseIfForeign(exchange);
            switch (method) {
                case "GET" -> open(exchange, path.equals("/msgs") ? Wire.MSG : Wire.MESSAGES);
                case "POST" -> post(exchange);
                default -> throw Problem.methodNotAllowed("GET, POST");
            }
        } else if (!method.equals("GET") && !method.equals("HEAD")) {
            throw Problem.methodNotAllowed("GET, HEAD");
        } else if (path.equals("/status")) {
            status(exchange);
        } else if (path.equals("/readyz")) {
            refuseIfDraining();
            Reply.send(exchange, "text/plain", new byte[0]);
        } else if (path.startsWith(MESSAGE)) {
            refuseIfDraining();
            Message message = log.find(path.substring(MESSAGE.length()));
            if (message == null) {
                throw new Problem(404, "There is no message with this id, or it is no longer kept.");
            }
            Reply.send(exchange, "application/json", message.json());
        } else {
            refuseIfDraining();
            page.handle(exchange);
        }
    }

    private void refuseIfDraining() throws Problem {
        if (draining) {
            throw Problem.goingDown();
        }
    }

    /** Refuses pages that are not this server's own. What is no page, such as curl, says nothing of where it comes from. */
    private static void refuseIfForeign(HttpServerExchange exchange) throws Problem {
        String site = exchange.getRequestHeaders().getFirst("Sec-Fetch-Site");
        if ("same-origin".equals(site)) {
            return; // The browser says it, no page can, and it holds whatever a proxy has made of Host.
        }
        boolean foreign = "cross-site".equals(site) || "same-site".equals(site);
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        if (!foreign && origin == null) {
            return;
        }
        Origin page = origin == null ? null : Origin.parse(origin);
        Origin here = Origin.parse("https://" + exchange.getHostAndPort());
        if (foreign || page == null || !page.equals(here)) {
            throw new Problem(
                    403,
                    "The page has the origin " + origin + ", but its request was sent to " + here + ": if a proxy has"
                            + " replaced Host, have it pass Host on (nginx: proxy_set_header Host $http_host).");
        }
    }

    private void open(HttpServerExchange exchange, Wire plain) throws Problem {
        Wire wire = Accept.choose(exchange.getRequestHeaders().getFirst(Headers.ACCEPT), plain);
        if (wire == null) {
            throw new Problem(406, "Accept one of: text/event-stream, application/x-ndjson, text/plain.");
        }
        try {
            admit(exchange);
        } catch (Problem problem) {
            problem.send(exchange, wire); // As server-sent events: no error, which would end an EventSource for good.
            return;
        }
        String header = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        var query = exchange.getQueryParameters().get("lastEventId");
        Resume resume = Resume.from(header != null ? header : query != null ? query.getFirst() : "", log);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, wire.contentType);
        exchange.dispatch(
                SameThreadExecutor.INSTANCE, () -> ClientConnection.of(exchange).open(exchange, wire, resume));
    }

    /** Three bounds, for one that opens fast, one that holds many, and many that hold a few. */
    private void admit(HttpServerExchange exchange) throws Problem {
        refuseIfDraining();
        ClientConnection connection = ClientConnection.of(exchange); // It has the budget that you have built.
        long waitMs = connection.opens.take(System.nanoTime());
        if (waitMs > 0) {
            throw Problem.tryLater(429, "This connection opens streams too fast.", waitMs);
        }
        if (connection.streams() >= config.maxStreamsPerConnection()) {
            throw Problem.tryLater(429, "This connection holds as many streams as it may: close one first.", 1_000);
        }
        if (!stats.open(config.maxStreams())) {
            throw Problem.tryLater(503, "The server holds as many streams as it may: try again later.", 5_000);
        }
    }

    private void post(HttpServerExchange exchange) throws Problem {
        refuseIfDraining();
        long waitMs = ClientConnection.of(exchange).posts.take(System.nanoTime());
        if (waitMs > 0) {
            throw Problem.tryLater(429, "This connection posts too fast.", waitMs);
        }
        MediaType.requireJson(exchange.getRequestHeaders().get(Headers.CONTENT_TYPE));
        String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        if (key != null && !key.matches("[\\x21-\\x7e]{1,128}")) {
            throw new Problem(400, "The Idempotency-Key is not 1 to 128 visible ASCII characters.");
        }
        RequestBody.receive(exchange, config.bodyMs(), body -> {
            NewMessage draft = MessageBody.parse(body);
            unanswered.incrementAndGet();
            publisher
                    .publish(draft, key)
                    .whenComplete((outcome, failure) -> exchange.getIoThread().execute(() -> {
                        unanswered.decrementAndGet();
                        answer(exchange, outcome, failure);
                    }));
        });
    }

    /** The message is in the order, on every machine, or it is not known whether it will be. */
    private void answer(HttpServerExchange exchange, Publisher.Outcome outcome, Throwable failure) {
        if (failure != null) {
            Problem.tryLater(
                            503,
                            "The message may or may not be stored: try again with the same Idempotency-Key.",
                            1_000)
                    .send(exchange);
        } else if (outcome instanceof Publisher.Outcome.Stored stored) {
            exchange.setStatusCode(201);
            exchange.getResponseHeaders()
                    .put(Headers.LOCATION, MESSAGE + stored.message().id());
            Reply.send(exchange, "application/json", stored.message().json());
        } else {
            new Problem(422, "This Idempotency-Key was used for another message: take a new key.").send(exchange);
        }
    }

    private void status(HttpServerExchange exchange) {
        long open = stats.streams().open();
        var status = Map.of("heartbeatMs", config.heartbeatMs(), "streams", Map.of("open", open));
        Reply.send(exchange, "application/json", json.writeValueAsBytes(status));
    }

    @Override
    public int port() {
        return door.port();
    }

    @Override
    public void drain() {
        draining = true;
        publisher.close(); // From here on the log does not grow by messages of ours.
        long began = System.nanoTime();
        shards.refuseIncoming();
        await(() -> unanswered.get() == 0, began + config.drainMs() * 450_000L);
        shards.sayGoodbye();
        await(() -> stats.streams().open() == 0, began + config.drainMs() * 900_000L); // The rest is for GOAWAY.
        shards.goAway();
        await(door::idle, began + config.drainMs() * 1_000_000L);
    }

    private static void await(BooleanSupplier fact, long deadlineNanos) {
        while (!fact.getAsBoolean() && System.nanoTime() < deadlineNanos) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() {
        door.close();
        publisher.end();
    }
}
