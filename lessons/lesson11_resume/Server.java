package lesson11_resume;

import given.Door;
import given.OpenResponse;
import given.Post;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import push.http.Config;
import push.http.RunningServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client that comes back with the last id that it saw gets exactly what followed, or is told why that cannot be. */
public final class Server implements RunningServer {
    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final Log log;
    private final Map<Executor, Shard> shards = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final Door door;

    private Server(Config config) {
        this.config = config;
        log = new Log(config.retainMessages());
        door = Door.openWithPings(config, this::handle);
    }

    public static RunningServer start(Map<String, String> env) {
        return new Server(Config.from(env));
    }

    public static void main(String[] args) {
        System.out.println("Serving https://localhost:" + start(System.getenv()).port() + "/");
    }

    private void handle(HttpServerExchange exchange) {
        switch (exchange.getRequestMethod() + " " + exchange.getRequestPath()) {
            case "GET /messages" -> open(exchange);
            case "POST /messages" -> Post.receive(exchange, this::post);
            case "GET /status" -> status(exchange);
            default -> exchange.setStatusCode(404);
        }
    }

    private void open(HttpServerExchange exchange) {
        String accept = exchange.getRequestHeaders().getFirst(Headers.ACCEPT);
        Form form = accept != null && accept.contains(Form.SSE.contentType) ? Form.SSE : Form.NDJSON;
        String header = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        var query = exchange.getQueryParameters().get("lastEventId");
        String seen = header != null ? header : query != null ? query.getFirst() : "";
        OpenResponse.hold(exchange, form.contentType, response -> {
            Shard shard = shards.computeIfAbsent(response.ioThread(), thread -> new Shard(thread, log, open));
            response.execute(() -> shard.add(new Stream(response, shard, log, config, form, seen)));
        });
    }

    private void post(HttpServerExchange exchange, byte[] body) {
        JsonNode draft = json.readTree(body);
        Log.Entry message = log.append(draft.get("user"), draft.get("text"));
        shards.values().forEach(Shard::wake);
        exchange.setStatusCode(201);
        exchange.getResponseHeaders().put(Headers.LOCATION, "/messages/" + message.id());
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(ByteBuffer.wrap(message.json()));
    }

    private void status(HttpServerExchange exchange) {
        var status = Map.of("heartbeatMs", config.heartbeatMs(), "streams", Map.of("open", open.get()));
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(json.writeValueAsString(status));
    }

    @Override
    public int port() {
        return door.port();
    }

    @Override
    public void drain() {
        close();
    }

    @Override
    public void close() {
        door.close();
    }
}
