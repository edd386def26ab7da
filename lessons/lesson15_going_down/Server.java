package lesson15_going_down;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import lesson14_browser.Page;
import push.Message;
import push.MessageLog;
import push.NewMessage;
import push.Resume;
import push.Shards;
import push.Stats;
import push.Wire;
import push.http.Accept;
import push.http.ClientConnection;
import push.http.Config;
import push.http.Listeners;
import push.http.MediaType;
import push.http.MessageBody;
import push.http.Pem;
import push.http.Problem;
import push.http.Reply;
import push.http.RequestBody;
import push.http.RunningServer;
import tools.jackson.databind.json.JsonMapper;

/** Told to go down, it keeps what it has promised, says goodbye, and is gone within its time. */
public final class Server implements RunningServer {
    /** What a key has stored, and when. */
    private record Stored(NewMessage draft, Message message, long nanos) {}

    private static final String MESSAGE = "/messages/";

    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final Page page = new Page();
    private final MessageLog log;
    private final Map<String, Stored> byKey = new LinkedHashMap<>();
    private final Stats stats = new Stats();
    private final Shards shards;
    private final Listeners listeners;
    private volatile boolean draining; // Set by whoever drains, read by every IO thread.
    private boolean closed; // Guarded by this object's lock, as publish is.

    private Server(Config config) {
        this.config = config;
        log = new MessageLog(config.retainMessages(), config.retainBytes());
        shards = new Shards(config.settings(), log, stats);
        listeners = new Listeners(config, Pem.context(config.certificate(), config.key()), shards, this::handle);
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

    /** A browser names the page that asks: it must be one of ours (RFC 6454). */
    private static void refuseIfForeign(HttpServerExchange exchange) throws Problem {
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        if (origin != null && !origin.equalsIgnoreCase("https://" + exchange.getHostAndPort())) {
            throw new Problem(403, "Pages of " + origin + " may not use this server: open its own page.");
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
            Message message = publish(MessageBody.parse(body), key, System.nanoTime());
            exchange.setStatusCode(201);
            exchange.getResponseHeaders().put(Headers.LOCATION, MESSAGE + log.id(message.sequence()));
            Reply.send(exchange, "application/json", message.json());
        });
    }

    /** The same key with the same draft gives the same message, for as long as keys are remembered. */
    private synchronized Message publish(NewMessage draft, String key, long nowNanos) throws Problem {
        if (closed) {
            throw Problem.goingDown();
        }
        Stored known = key == null ? null : byKey.remove(key);
        if (known != null && nowNanos - known.nanos < config.idempotencyMs() * 1_000_000L) {
            byKey.put(key, known);
            if (!known.draft.equals(draft)) {
                throw new Problem(422, "This Idempotency-Key was used for another message: take a new key.");
            }
            return known.message;
        }
        Message message = log.append(draft, System.currentTimeMillis());
        if (key != null) {
            byKey.put(key, new Stored(draft, message, nowNanos));
            if (byKey.size() > config.retainMessages()) {
                byKey.remove(byKey.keySet().iterator().next());
            }
        }
        shards.wake();
        return message;
    }

    private void status(HttpServerExchange exchange) {
        long open = stats.streams().open();
        var status = Map.of("heartbeatMs", config.heartbeatMs(), "streams", Map.of("open", open));
        Reply.send(exchange, "application/json", json.writeValueAsBytes(status));
    }

    @Override
    public int port() {
        return listeners.port();
    }

    @Override
    public void drain() {
        draining = true;
        synchronized (this) {
            closed = true; // From here on the log does not grow: what is in it is all that was ever promised.
        }
        long began = System.nanoTime();
        shards.refuseIncoming();
        shards.sayGoodbye();
        await(() -> stats.streams().open() == 0, began + config.drainMs() * 900_000L); // The rest is for GOAWAY.
        shards.goAway();
        await(listeners::idle, began + config.drainMs() * 1_000_000L);
    }

    private static void await(BooleanSupplier fact, long deadlineNanos) {
        while (!fact.getAsBoolean() && System.nanoTime() < deadlineNanos) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() {
        listeners.close();
    }
}
