package lesson02_hold_open;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.channels.StreamSinkChannel;
import push.http.Config;
import push.http.Pem;
import push.http.RunningServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each GET is answered at once and never ends; while it waits it costs some memory and no thread. */
public final class Server implements RunningServer {
    private record Message(JsonNode user, JsonNode text, long time) {}

    private static final int HISTORY = 50;

    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final List<Message> messages = new ArrayList<>();
    private final Set<StreamSinkChannel> streams = ConcurrentHashMap.newKeySet();
    private final Undertow undertow;

    private Server(Config config) {
        this.config = config;
        undertow = Undertow.builder()
                .setIoThreads(1) // It does everything, as the one thread of the original does.
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
            // Undertow ends an exchange when its handler returns, unless it was dispatched.
            case "GET /messages" -> exchange.dispatch(SameThreadExecutor.INSTANCE, () -> open(exchange));
            case "POST /messages" -> exchange.getRequestReceiver().receiveFullBytes(this::post);
            case "GET /status" -> status(exchange);
            default -> exchange.setStatusCode(404);
        }
    }

    private void open(HttpServerExchange exchange) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/x-ndjson");
        StreamSinkChannel sink = exchange.getResponseChannel();
        streams.add(sink);
        // Nothing of a response leaves before a flush, not even its head; and a head alone would say little.
        send(sink, start() + snapshot());
    }

    private String start() {
        return "{\"type\":\"start\",\"resumed\":false,\"reason\":\"new\",\"heartbeatMs\":" + config.heartbeatMs()
                + "}\n";
    }

    private void post(HttpServerExchange exchange, byte[] body) {
        JsonNode draft = json.readTree(body);
        messages.add(new Message(draft.get("user"), draft.get("text"), System.currentTimeMillis()));
        for (StreamSinkChannel sink : streams) {
            send(sink, snapshot());
        }
        exchange.setStatusCode(201);
    }

    private String snapshot() {
        Collections.reverse(messages);
        return json.writeValueAsString(Map.of("messages", messages.subList(0, Math.min(HISTORY, messages.size()))));
    }

    private void send(StreamSinkChannel sink, String text) {
        try {
            sink.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
            sink.flush();
        } catch (IOException e) {
            streams.remove(sink); // The client has gone.
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
