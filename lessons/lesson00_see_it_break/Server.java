package lesson00_see_it_break;

import static java.nio.charset.StandardCharsets.UTF_8;

import given.Door;
import given.Post;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.Headers;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import push.http.Config;
import push.http.RunningServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each reader turns a copy, and the list that they share stays as it is. */
public final class Server implements RunningServer {
    private record Message(JsonNode user, JsonNode text, long time) {}

    private static final int HISTORY = 50;

    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final List<Message> messages = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
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
            case "GET /messages" -> exchange.dispatch(new BlockingHandler(this::open));
            case "POST /messages" -> Post.receive(exchange, this::post);
            case "GET /status" -> status(exchange);
            default -> exchange.setStatusCode(404);
        }
    }

    /** A thread for each reader. It writes all messages, waits for another one, and writes all of them again. */
    private void open(HttpServerExchange exchange) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
        OutputStream out = exchange.getOutputStream();
        open.incrementAndGet();
        try {
            for (int seen = -1; ; ) {
                String text;
                synchronized (messages) {
                    while (messages.size() == seen) {
                        messages.wait();
                    }
                    seen = messages.size();
                    text = snapshot();
                }
                out.write(text.getBytes(UTF_8));
                out.flush();
            }
        } catch (IOException | InterruptedException e) {
            // The client has gone, or the server is going.
        } finally {
            open.decrementAndGet();
        }
    }

    private void post(HttpServerExchange exchange, byte[] body) {
        JsonNode draft = json.readTree(body);
        synchronized (messages) {
            messages.add(new Message(draft.get("user"), draft.get("text"), System.currentTimeMillis()));
            messages.notifyAll();
        }
        exchange.setStatusCode(201);
    }

    private String snapshot() {
        List<Message> shown = new ArrayList<>(messages);
        Collections.reverse(shown); // The newest first.
        return json.writeValueAsString(Map.of("messages", shown.subList(0, Math.min(HISTORY, shown.size()))));
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
