package given;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.xnio.channels.StreamSinkChannel;
import push.http.Config;
import push.http.RunningServer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The original server of this pattern, told again on Undertow with its defects. Only {@code /status} is added, for otherwise
 * nobody could judge it. Two defects are milder here: Undertow outlives a RST_STREAM with an error code, which ended the
 * original, and what a slow reader does not take is lost, where the original kept it in memory, however much it was.
 */
public final class NaiveServer implements RunningServer {
    private record Message(JsonNode user, JsonNode text, long time) {}

    private record Stream(StreamSinkChannel sink, String key) {}

    private static final int HISTORY = 50;

    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final List<Message> messages = new ArrayList<>();
    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
    private final Undertow undertow;
    private final int port;

    private NaiveServer(Config config) throws IOException {
        this.config = config;
        undertow = Undertow.builder()
                .setIoThreads(1) // It does everything, as the one thread of the original does.
                .addHttpsListener(config.port(), config.host(), tls(config))
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setHandler(this::handle)
                .build();
        undertow.start();
        port = ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
    }

    public static RunningServer start(Map<String, String> env) throws IOException {
        return new NaiveServer(Config.from(env));
    }

    public static void main(String[] args) throws IOException {
        System.out.println("Serving https://localhost:" + start(System.getenv()).port() + "/");
    }

    /** A certificate as the original's openssl commands make it: with a common name, and nothing in which a client looks. */
    private static SSLContext tls(Config config) throws IOException {
        var keys = HeldCertificate.decode(Files.readString(config.certificate()) + Files.readString(config.key()));
        var named = new HeldCertificate.Builder().keyPair(keys.keyPair()).commonName("localhost");
        return new HandshakeCertificates.Builder()
                .heldCertificate(named.build())
                .build()
                .sslContext();
    }

    private void handle(HttpServerExchange exchange) {
        switch (exchange.getRequestMethod() + " " + exchange.getRequestPath()) {
            // Undertow ends an exchange when its handler returns, unless it was dispatched.
            case "GET /messages" -> exchange.dispatch(SameThreadExecutor.INSTANCE, () -> open(exchange, "messages"));
            case "GET /msgs" -> exchange.dispatch(SameThreadExecutor.INSTANCE, () -> open(exchange, "msg"));
            case "POST /messages", "POST /msgs" -> exchange.getRequestReceiver().receiveFullBytes(this::post);
            case "GET /status" -> status(exchange);
            default -> exchange.setStatusCode(404);
        }
    }

    private void open(HttpServerExchange exchange, String key) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
        Stream stream = new Stream(exchange.getResponseChannel(), key);
        streams.add(stream);
        send(stream, snapshot(key));
    }

    private void post(HttpServerExchange exchange, byte[] body) {
        JsonNode draft;
        try {
            draft = json.readTree(body);
        } catch (JacksonException e) {
            System.err.println("Uncaught, so the process ends: " + e.getOriginalMessage());
            new Thread(this::close).start(); // In a JVM that others share, the end of the server alone.
            return;
        }
        messages.add(new Message(draft.get("user"), draft.get("text"), System.currentTimeMillis()));
        for (Stream stream : streams) {
            send(stream, snapshot(stream.key));
        }
    }

    private String snapshot(String key) {
        Collections.reverse(messages);
        return json.writeValueAsString(Map.of(key, messages.subList(0, Math.min(HISTORY, messages.size()))));
    }

    private void send(Stream stream, String text) {
        try {
            stream.sink.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
            stream.sink.flush();
        } catch (IOException e) {
            streams.remove(stream); // The client has gone.
        }
    }

    private void status(HttpServerExchange exchange) {
        var status = Map.of("heartbeatMs", config.heartbeatMs(), "streams", Map.of("open", streams.size()));
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(json.writeValueAsString(status));
    }

    @Override
    public int port() {
        return port;
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
