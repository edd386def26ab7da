package lesson04_order;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.xnio.channels.Channels;
import org.xnio.channels.StreamSinkChannel;
import push.http.Config;
import push.http.Pem;
import push.http.RunningServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each message has an id, which is its place in an order that is the same for everybody. */
public final class Server implements RunningServer {
    private record Message(String type, String id, JsonNode user, JsonNode text, long time) {}

    private static final int HISTORY = 50;

    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final String epoch = Long.toUnsignedString(new SecureRandom().nextLong(), 36); // New for each life.
    private long sequence; // Of the newest message.
    private final Deque<Message> newest = new ConcurrentLinkedDeque<>();
    private final Set<StreamSinkChannel> streams = ConcurrentHashMap.newKeySet();
    private final Undertow undertow;

    private Server(Config config) {
        this.config = config;
        undertow = Undertow.builder()
                .addHttpsListener(config.port(), config.host(), Pem.context(config.certificate(), config.key()))
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setHandler(this::handle)
                .build();
        undertow.start();
    }

    public static RunningServer start(Map<String, String> env) {
        return new Server(Config.from(env));
    }

    public static void main(String[] args) {
        System.out.println("Serving https://localhost:" + start(System.getenv()).port() + "/");
    }

    private void handle(HttpServerExchange exchange) {
        switch (exchange.getRequestMethod() + " " + exchange.getRequestPath()) {
            // Both write and may have to wait until they can: that is done by a worker thread, never by an IO thread.
            case "GET /messages" -> exchange.dispatch(() -> open(exchange));
            case "POST /messages" ->
                exchange.getRequestReceiver().receiveFullBytes((e, body) -> e.dispatch(() -> post(e, body)));
            case "GET /status" -> status(exchange);
            default -> exchange.setStatusCode(404);
        }
    }

    private void open(HttpServerExchange exchange) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/x-ndjson");
        StreamSinkChannel sink = exchange.getResponseChannel();
        synchronized (sink) { // Else a message might come before the start.
            streams.add(sink);
            send(sink, start() + history());
        }
    }

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
        exchange.getResponseSender().send(record(message));
    }

    /** One at a time, up to the last stream: so the order of the ids is the order in which every stream is written. */
    private synchronized Message publish(JsonNode user, JsonNode text) {
        sequence++;
        Message message = new Message("message", epoch + "-" + sequence, user, text, System.currentTimeMillis());
        newest.addLast(message);
        if (newest.size() > HISTORY) {
            newest.removeFirst();
        }
        for (StreamSinkChannel sink : streams) {
            send(sink, record(message));
        }
        return message;
    }

    private String history() {
        return newest.stream().map(this::record).collect(Collectors.joining());
    }

    /** A line of JSON has no line feed but its last byte: in a string it is written as two characters. */
    private String record(Message message) {
        return json.writeValueAsString(message) + '\n';
    }

    /** Writes all of it, however often the sink takes only a part. */
    private void send(StreamSinkChannel sink, String records) {
        ByteBuffer bytes = ByteBuffer.wrap(records.getBytes(UTF_8));
        synchronized (sink) { // Two records at once would be mixed.
            try {
                Channels.writeBlocking(sink, bytes);
                while (!isFlushed(sink)) {
                    sink.awaitWritable();
                }
            } catch (IOException e) {
                streams.remove(sink); // The client has gone.
            }
        }
    }

    /**
     * Whether nothing is left to send. It asks twice, for of what a small window cuts the first part counts as all. It
     * asks on the IO thread, where no window grows in between.
     */
    private static boolean isFlushed(StreamSinkChannel sink) throws IOException {
        var asked = new FutureTask<>(() -> {
            boolean once = sink.flush();
            return once && sink.flush();
        });
        sink.getIoThread().execute(asked);
        try {
            return asked.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IOException(e);
        }
    }

    private void status(HttpServerExchange exchange) {
        var status = Map.of("heartbeatMs", config.heartbeatMs(), "streams", Map.of("open", streams.size()));
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(json.writeValueAsString(status));
    }

    @Override
    public int port() {
        return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
    }

    @Override
    public void drain() {
        close();
    }

    @Override
    public void close() {
        undertow.stop();
    }
}
