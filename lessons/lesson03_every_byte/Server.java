package lesson03_every_byte;

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
import java.util.stream.Collectors;
import push.http.Config;
import push.http.RunningServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every byte of every record goes out, however little is taken at a time. */
public final class Server implements RunningServer {
    private record Message(String type, JsonNode user, JsonNode text, long time) {}

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
        send(response, start() + history());
        streams.add(response);
    }

    /** The first record: where the client stands, and how long a silence is normal. */
    private String start() {
        return "{\"type\":\"start\",\"resumed\":false,\"reason\":\"new\",\"heartbeatMs\":" + config.heartbeatMs()
                + "}\n";
    }

    private void post(HttpServerExchange exchange, byte[] body) {
        JsonNode draft = json.readTree(body);
        Message message = new Message("message", draft.get("user"), draft.get("text"), System.currentTimeMillis());
        synchronized (this) {
            messages.add(message);
        }
        for (OpenResponse response : streams) {
            send(response, record(message));
        }
        exchange.setStatusCode(201);
    }

    private synchronized String history() {
        List<Message> shown = new ArrayList<>(messages);
        Collections.reverse(shown); // The newest first.
        return shown.stream().limit(HISTORY).map(this::record).collect(Collectors.joining());
    }

    /** A line of JSON has no line feed but its last byte: inside a string it is written as two characters. */
    private String record(Message message) {
        return json.writeValueAsString(message) + '\n';
    }

    /** Writes all of it, however often only a part is taken. */
    private void send(OpenResponse response, String records) {
        ByteBuffer bytes = ByteBuffer.wrap(records.getBytes(UTF_8));
        synchronized (response) { // Else another thread might write its record into the middle of this one.
            try {
                while (bytes.hasRemaining()) {
                    if (response.write(bytes) == 0) {
                        response.awaitRoom();
                    }
                }
                while (!response.flush()) {
                    response.awaitRoom();
                }
            } catch (IOException e) {
                streams.remove(response); // The client has gone.
            }
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
