package lesson12_saying_no;

import given.Request;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.util.Map;
import java.util.regex.Pattern;
import push.Message;
import push.MessageLog;
import push.Resume;
import push.Shards;
import push.Stats;
import push.Wire;
import push.http.Accept;
import push.http.ClientConnection;
import push.http.Config;
import push.http.Listeners;
import push.http.Pem;
import push.http.Reply;
import push.http.RunningServer;
import tools.jackson.databind.json.JsonMapper;

/** Whatever a client sends, it gets a clear answer, and no other client notices. */
public final class Server implements RunningServer {
    /** A part of answering a request. It may refuse. */
    private interface Step {
        void run() throws Problem;
    }

    private static final Pattern JSON = Pattern.compile("(?i)application/json *(; *charset *= *\"?utf-8\"? *)?");
    private static final String MESSAGE = "/messages/";

    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final MessageLog log;
    private final Stats stats = new Stats();
    private final Shards shards;
    private final Listeners listeners;

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
        System.out.println("Serving https://localhost:" + start(System.getenv()).port() + "/");
    }

    private void handle(HttpServerExchange exchange) {
        if (Request.begin(exchange, shards, config)) {
            attempt(exchange, () -> route(exchange, exchange.getRequestMethod().toString(), exchange.getRequestPath()));
        }
    }

    /** The one place where a request is refused. */
    private static void attempt(HttpServerExchange exchange, Step step) {
        try {
            step.run();
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
                default -> throw Problem.method(exchange, "GET, POST");
            }
        } else if (!method.equals("GET") && !method.equals("HEAD")) {
            throw Problem.method(exchange, "GET, HEAD");
        } else if (path.equals("/status")) {
            status(exchange);
        } else {
            Message message = path.startsWith(MESSAGE) ? log.find(path.substring(MESSAGE.length())) : null;
            if (message == null) {
                throw new Problem(404, "There is nothing here: messages are at /messages.");
            }
            Reply.send(exchange, "application/json", message.json());
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
        String header = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        var query = exchange.getQueryParameters().get("lastEventId");
        Resume resume = Resume.from(header != null ? header : query != null ? query.getFirst() : "", log);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, wire.contentType);
        stats.open(Integer.MAX_VALUE);
        exchange.dispatch(
                SameThreadExecutor.INSTANCE, () -> ClientConnection.of(exchange).open(exchange, wire, resume));
    }

    private void post(HttpServerExchange exchange) throws Problem {
        String type = exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE);
        if (type == null || !JSON.matcher(type).matches()) {
            throw new Problem(415, "Send JSON in UTF-8, with Content-Type: application/json.");
        }
        Request.receive(
                exchange,
                config,
                body -> attempt(exchange, () -> {
                    Message message = log.append(Draft.parse(body), System.currentTimeMillis());
                    shards.wake();
                    exchange.setStatusCode(201);
                    exchange.getResponseHeaders().put(Headers.LOCATION, MESSAGE + log.id(message.sequence()));
                    Reply.send(exchange, "application/json", message.json());
                }));
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
        close();
    }

    @Override
    public void close() {
        listeners.close();
    }
}
