package lesson04_order;

import static java.nio.charset.StandardCharsets.UTF_8;

import given.Door;
import given.OpenResponse;
import given.Post;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import push.http.Config;
import push.http.RunningServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One order, in which each message has a place, a name, and the same neighbours for all. */
public final class Server implements RunningServer {
    private record Message(String type, String id, JsonNode user, JsonNode text, long time) {}

    private static final int HISTORY = 50;

    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final String epoch = Long.toUnsignedString(new SecureRandom().nextLong(), 36); // New in each life.
    private final Deque<Message> newest = new ArrayDeque<>();
    private final Set<OpenResponse> streams = ConcurrentHashMap.newKeySet();
    private final Door door;
    private long sequence;

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
        Message message = publish(draft.get("user"), draft.get("text"));
        exchange.setStatusCode(201);
        exchange.getResponseHeaders().put(Headers.LOCATION, "/messages/" + message.id());
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(json.writeValueAsString(message));
    }

    /** One at a time, up to the last stream: so the order of the ids is the order in which every stream is written. */
    private synchronized Message publish(JsonNode user, JsonNode text) {
        sequence++;
        Message message = new Message("message", epoch + "-" + sequence, user, text, System.currentTimeMillis());
        newest.addLast(message);
        if (newest.size() > HISTORY) {
            newest.removeFirst();
        }
        for (OpenResponse response : streams) {
            send(response, record(message));
        }
        return message;
    }

    private synchronized String history() {
        return newest.stream().map(this::record).collect(Collectors.joining());
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
