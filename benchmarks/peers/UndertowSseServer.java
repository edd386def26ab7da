package peers;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.sse.ServerSentEventHandler;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import push.http.Config;
import push.http.Pem;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A peer to measure against: Undertow's own {@link ServerSentEventHandler}, used as its documentation shows it.
 *
 * <p>It encodes a message once, but keeps a queue for each client, and writes each event on its own.
 *
 * <p><b>Threads:</b> one IO thread does everything.
 */
public final class UndertowSseServer {
    private static final int HISTORY = 50;

    private final JsonMapper json = new JsonMapper();
    private final Deque<String> newest = new ArrayDeque<>();
    private final ServerSentEventHandler streams =
            new ServerSentEventHandler((connection, lastEventId) -> newest.forEach(connection::send));
    private int sequence;

    private UndertowSseServer() {}

    public static void main(String[] args) {
        Config config = Config.from(System.getenv());
        Undertow undertow = Undertow.builder()
                .setIoThreads(1)
                .addHttpsListener(config.port(), "127.0.0.1", Pem.context(config.certificate(), config.key()))
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setHandler(new UndertowSseServer()::handle)
                .build();
        undertow.start();
        var address = (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
        System.out.println("Serving https://localhost:" + address.getPort() + "/");
    }

    private void handle(HttpServerExchange exchange) throws Exception {
        if (exchange.getRequestMethod().equalToString("GET")) {
            streams.handleRequest(exchange);
        } else {
            exchange.getRequestReceiver().receiveFullBytes(this::post);
        }
    }

    private void post(HttpServerExchange exchange, byte[] body) {
        JsonNode draft = json.readTree(body);
        String record = json.writeValueAsString(Map.of(
                "id", ++sequence,
                "user", draft.get("user"),
                "text", draft.get("text"),
                "time", System.currentTimeMillis()));
        newest.addLast(record);
        if (newest.size() > HISTORY) {
            newest.removeFirst();
        }
        streams.getConnections().forEach(connection -> connection.send(record));
        exchange.setStatusCode(201);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(record, StandardCharsets.UTF_8);
    }
}
