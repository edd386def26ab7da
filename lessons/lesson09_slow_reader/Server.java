package lesson09_slow_reader;

import static java.nio.charset.StandardCharsets.UTF_8;

import given.Door;
import given.OpenResponse;
import given.Post;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import push.http.Config;
import push.http.RunningServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A stream has no queue but a place in the log: to fall behind costs nothing, and the reader is told what it lost. */
public final class Server implements RunningServer {
    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final Log log;
    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
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
            case "GET /messages" -> OpenResponse.hold(exchange, "application/x-ndjson", this::open);
            case "POST /messages" -> Post.receive(exchange, this::post);
            case "GET /status" -> status(exchange);
            default -> exchange.setStatusCode(404);
        }
    }

    private void open(OpenResponse response) {
        Stream stream = new Stream(response);
        streams.add(stream); // What was published before is found in the log, and what comes after wakes the stream.
        response.execute(stream::tick);
    }

    private void post(HttpServerExchange exchange, byte[] body) {
        JsonNode draft = json.readTree(body);
        Log.Message message = log.append(draft.get("user"), draft.get("text"));
        for (Stream stream : streams) {
            stream.wake();
        }
        exchange.setStatusCode(201);
        exchange.getResponseHeaders().put(Headers.LOCATION, "/messages/" + message.id());
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(json.writeValueAsString(message));
    }

    /** The first record, and the first after a loss: where the stream goes on, and how long a silence is normal. */
    private String start(String reason) {
        return "{\"type\":\"start\",\"resumed\":false,\"reason\":\"" + reason + "\",\"heartbeatMs\":"
                + config.heartbeatMs() + "}\n";
    }

    private static ByteBuffer encode(String records) {
        return ByteBuffer.wrap(records.getBytes(UTF_8));
    }

    /** An open response and its place in the log. Confined to its IO thread. */
    private final class Stream {
        final OpenResponse response;
        long place; // The sequence of the last message that was taken from the log.
        ByteBuffer pending; // Goes before all that follows that place.
        boolean waiting; // Something is left to be taken.
        long movedNanos = System.nanoTime(); // When something was taken last.

        Stream(OpenResponse response) {
            this.response = response;
            begin("new");
            response.whenRoom(() -> {
                movedNanos = System.nanoTime();
                drain();
            });
        }

        void begin(String reason) {
            place = log.historyPlace();
            pending = encode(start(reason));
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
                while (pending.hasRemaining() || place < log.newest()) {
                    if (!pending.hasRemaining()) {
                        next();
                    }
                    if (response.write(pending) == 0) {
                        break;
                    }
                    movedNanos = System.nanoTime();
                }
                waiting = !response.flush() || pending.hasRemaining();
            } catch (IOException e) {
                response.abort(); // After which this is called once more.
            }
        }

        private void next() {
            Optional<Log.Message> message = log.get(place + 1);
            if (message.isPresent()) {
                place++;
                pending = encode(json.writeValueAsString(message.get()) + '\n');
            } else { // The log has gone on without this stream.
                begin("lapped");
            }
        }

        /** Looks at the clock: a heartbeat if there was nothing to write for a while, the end if nothing is taken. */
        void tick() {
            drain();
            long quietMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - movedNanos);
            if (waiting && quietMs >= config.stallMs()) {
                response.abort();
            } else if (!waiting && quietMs >= config.heartbeatMs()) {
                pending = encode("{\"type\":\"heartbeat\",\"id\":\"" + log.id(place) + "\"}\n");
                drain();
            }
            if (streams.contains(this)) {
                response.executeAfter(this::tick, Math.max(1, Math.min(config.heartbeatMs(), config.stallMs()) / 8));
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
