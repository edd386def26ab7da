package lesson07_leaving;

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
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import push.http.Config;
import push.http.RunningServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** However a client leaves, its stream is taken out, in one place. */
public final class Server implements RunningServer {
    private record Message(String type, String id, JsonNode user, JsonNode text, long time) {}

    private static final int HISTORY = 50;

    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final String epoch = Long.toUnsignedString(new SecureRandom().nextLong(), 36); // New in each life.
    private final Deque<Message> newest = new ArrayDeque<>();
    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
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
        Stream stream = new Stream(response);
        synchronized (this) { // Nothing is published between the end of the history and the joining.
            stream.queue.add(encode(start() + history()));
            streams.add(stream);
        }
        stream.wake();
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

    /** One at a time, up to the last queue: so the order of the ids is the order in which every stream is written. */
    private synchronized Message publish(JsonNode user, JsonNode text) {
        sequence++;
        Message message = new Message("message", epoch + "-" + sequence, user, text, System.currentTimeMillis());
        newest.addLast(message);
        if (newest.size() > HISTORY) {
            newest.removeFirst();
        }
        for (Stream stream : streams) {
            stream.queue.add(encode(record(message)));
            stream.wake();
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

    private static ByteBuffer encode(String records) {
        return ByteBuffer.wrap(records.getBytes(UTF_8));
    }

    /** An open response and what has still to be sent to it. Only the queue is for every thread. */
    private final class Stream {
        final Queue<ByteBuffer> queue = new ConcurrentLinkedQueue<>();
        final OpenResponse response;

        Stream(OpenResponse response) {
            this.response = response;
            response.whenRoom(this::drain);
        }

        void wake() {
            response.execute(this::drain);
        }

        /** Writes what is taken now. When there is room for the rest, it is called again. */
        void drain() {
            try {
                if (!response.isOpen()) {
                    streams.remove(this);
                    return;
                }
                for (ByteBuffer next = queue.peek(); next != null; next = queue.peek()) {
                    response.write(next);
                    if (next.hasRemaining()) {
                        break;
                    }
                    queue.remove();
                }
                response.flush();
            } catch (IOException e) {
                response.abort(); // After which this is called once more.
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
