package lesson12_saying_no.start;

import given.Request;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.util.Map;
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
import push.http.Pem;
import push.http.Reply;
import push.http.RunningServer;
import tools.jackson.databind.json.JsonMapper;

/** The server of lesson 11, put together from the reference's classes, each of which you have built. It believes every byte. */
public final class Server implements RunningServer {
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
        if (!Request.begin(exchange, shards, config)) {
            return;
        }
        switch (exchange.getRequestMethod() + " " + exchange.getRequestPath()) {
            case "GET /messages" -> open(exchange, Wire.MESSAGES);
            case "GET /msgs" -> open(exchange, Wire.MSG); // The naive server's other name for the same.
            case "POST /messages", "POST /msgs" -> post(exchange);
            case "GET /status" -> status(exchange);
            default -> exchange.setStatusCode(404);
        }
    }

    private void open(HttpServerExchange exchange, Wire plain) {
        Wire wire = Accept.choose(exchange.getRequestHeaders().getFirst(Headers.ACCEPT), plain);
        String header = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        var query = exchange.getQueryParameters().get("lastEventId");
        Resume resume = Resume.from(header != null ? header : query != null ? query.getFirst() : "", log);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, wire.contentType);
        stats.open(Integer.MAX_VALUE);
        exchange.dispatch(
                SameThreadExecutor.INSTANCE,
                () -> ClientConnection.of(exchange).open(exchange, wire, resume));
    }

    private void post(HttpServerExchange exchange) {
        Request.receive(exchange, config, body -> {
            Message message = log.append(json.readValue(body, NewMessage.class), System.currentTimeMillis());
            shards.wake();
            exchange.setStatusCode(201);
            exchange.getResponseHeaders().put(Headers.LOCATION, "/messages/" + log.id(message.sequence()));
            Reply.send(exchange, "application/json", message.json());
        });
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
