package suite;

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
import java.nio.file.Path;
import java.util.Map;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.xnio.IoUtils;
import push.http.RunningServer;

/**
 * A server with a fault that the kit must notice; the path selects the fault. It makes the kit's own complaints
 * testable.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class BadServer implements RunningServer {

    private final Undertow undertow;

    private BadServer(Undertow undertow) {
        this.undertow = undertow;
    }

    public static RunningServer start(Map<String, String> settings) throws IOException {
        var pem = Files.readString(Path.of("certs/server.crt")) + Files.readString(Path.of("certs/key.pem"));
        var tls = new HandshakeCertificates.Builder()
                .heldCertificate(HeldCertificate.decode(pem))
                .build();
        var undertow = Undertow.builder()
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setIoThreads(1)
                .addHttpsListener(0, "localhost", tls.sslContext(), BadServer::handle)
                .build();
        undertow.start();
        return new BadServer(undertow);
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

    private static void handle(HttpServerExchange exchange) throws IOException {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/x-ndjson");
        if (exchange.getRequestPath().equals("/reset")) {
            var sink = exchange.getResponseChannel();
            sink.write(ByteBuffer.wrap("{\"type\":\"start\"}\n".getBytes(UTF_8)));
            sink.flush();
            IoUtils.safeClose(sink);
        } else {
            exchange.dispatch(BadServer::answer);
        }
    }

    private static void answer(HttpServerExchange exchange) throws IOException {
        exchange.startBlocking();
        var out = exchange.getOutputStream();
        switch (exchange.getRequestPath()) {
            case "/silent" -> hold(exchange);
            case "/status" ->
                out.write("{\"streams\":{\"open\":0,\"opened\":3,\"closed\":{\"client\":1}},\"heartbeatMs\":100}"
                        .getBytes(UTF_8));
            case "/poor" -> out.write("{\"streams\":{\"open\":\"two\"}}".getBytes(UTF_8));
            case "/no-newline" -> {
                out.write("{\"type\":\"start\"}".getBytes(UTF_8));
                out.flush();
                hold(exchange);
            }
            case "/malformed" -> {
                out.write("{\"type\":\"start\"}\n{oops}\n".getBytes(UTF_8));
                out.flush();
                hold(exchange);
            }
            case "/cut" -> out.write("{\"type\":\"start\"}\n{\"type\":".getBytes(UTF_8));
            default -> exchange.setStatusCode(404);
        }
    }

    /** Keeps the response open after the handler has returned. */
    private static void hold(HttpServerExchange exchange) {
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {});
    }
}
