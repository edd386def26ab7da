package lesson01_hold_open;

import static java.nio.charset.StandardCharsets.UTF_8;

import given.Door;
import given.OpenResponse;
import given.Post;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import push.http.Config;
import push.http.RunningServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A response begins immediately and does not end, and no thread waits in it. */
public final class Server implements RunningServer {
    private record Message(JsonNode user, JsonNode text, long time) {}

    private static final int HISTORY = 50;

    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final List<Message> messages = new ArrayList<>();
    private final Set<OpenResponse> streams = ConcurrentHashMap.newKeySet();
    private final Door door;

    private Server(Config config) {
        this.config = config;
        door = Door.open(config, this::handle);
    }

    public static RunningServer start(Map<String, String> env) {
        return new Server(Config.from(env));
    }

    public static void main(String[] args) {
        System.out.println("Serving https://localhost:" + start(System.getenv()).port() + "/");
    }

    private void handle(HttpServerExchange exchange) {
        switch (exchange.getRequestMethod() + " " + exchange.getRequestPath()) {
            case "GET /messages" -> OpenResponse.hold(exchange, "application/x-ndjson", this::open);
            case "POST /messages" -> Post.receive(exchange, this::post);
            case "GET /status" -> status(exchange);
            default -> exchange.setStatusCode(404);
        }
    }

    private void open(OpenResponse response) {
        send(response, start() + snapshot());
        streams.add(response);
    }

    /** The first record: where the client stands, and how long a silence is normal. */
    private String start() {
        return "{\"type\":\"start\",\"resumed\":false,\"reason\":\"new\",\"heartbeatMs\":" + config.heartbeatMs()
                + "}\n";
    }

    private void post(HttpServerExchange exchange, byte[] body) {
        JsonNode draft = json.readTree(body);
        String snapshot;
        synchronized (this) {
            messages.add(new Message(draft.get("user"), draft.get("text"), System.currentTimeMillis()));
            snapshot = snapshot();
        }
        for (OpenResponse response : streams) {
            send(response, snapshot);
        }
        exchange.setStatusCode(201);
    }

    private synchronized String snapshot() {
        List<Message> shown = new ArrayList<>(messages);
        Collections.reverse(shown); // The newest first.
        return json.writeValueAsString(Map.of("messages", shown.subList(0, Math.min(HISTORY, shown.size()))));
    }

    private void send(OpenResponse response, String text) {
        try {
            response.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
            response.flush();
        } catch (IOException e) {
            streams.remove(response); // The client has gone.
        }
    }

    private void status(HttpServerExchange exchange) {
        var status = Map.of("heartbeatMs", config.heartbeatMs(), "streams", Map.of("open", streams.size()));
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
