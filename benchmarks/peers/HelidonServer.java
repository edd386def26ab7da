package peers;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http2.Http2Config;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import push.http.Pem;

/**
 * A peer to measure against: the pattern on Helidon SE, which needs JDK 21, so the bench compiles it separately.
 *
 * <p>Written as Helidon asks: plain blocking code, because each request runs on its own virtual thread; the JDK's
 * number of carrier threads, because on one they starve. {@code tcpNoDelay} is on: without it, as by default, a POST
 * took 45 ms.
 *
 * <p><b>Threads:</b> any thread; a reader's thread parks until a message comes.
 */
public final class HelidonServer {
    private final Feed feed = new Feed();
    private final Set<Thread> readers = ConcurrentHashMap.newKeySet();

    private HelidonServer() {}

    public static void main(String[] args) throws Exception {
        HelidonServer peer = new HelidonServer();
        var context = Pem.context(Path.of(System.getenv("PUSH_CERT")), Path.of(System.getenv("PUSH_KEY")));
        WebServer server = WebServer.builder()
                .host("127.0.0.1")
                .port(Integer.parseInt(System.getenv("PUSH_PORT")))
                .backlog(4_096)
                .tls(tls -> tls.sslContext(context))
                .connectionOptions(socket -> socket.tcpNoDelay(true).readTimeout(Duration.ZERO))
                .idleConnectionTimeout(Duration.ofDays(1))
                .addProtocol(Http2Config.builder()
                        .maxConcurrentStreams(100_000)
                        .flowControlTimeout(Duration.ofDays(1))
                        .build())
                .routing(routing -> routing.get("/messages", peer::stream).post("/messages", peer::post))
                .build()
                .start();
        System.out.println("Serving https://localhost:" + server.port() + "/");
    }

    private void stream(ServerRequest request, ServerResponse response) throws IOException {
        Feed.Opening opening = feed.open(
                request.headers().first(HeaderNames.create("last-event-id")).orElse(""));
        response.header(HeaderNames.CONTENT_TYPE, "application/x-ndjson").header(HeaderNames.CACHE_CONTROL, "no-store");
        readers.add(Thread.currentThread());
        try (OutputStream out = response.outputStream()) {
            long position = opening.position();
            for (byte[] next = opening.bytes(); next != null; ) {
                out.write(next);
                out.flush();
                while (feed.newest() == position) {
                    LockSupport.park();
                }
                long upTo = feed.newest();
                next = feed.between(position, upTo);
                position = upTo;
            }
        } finally {
            readers.remove(Thread.currentThread());
        }
    }

    private void post(ServerRequest request, ServerResponse response) {
        Feed.Stored stored;
        try {
            stored = feed.publish(request.content().as(byte[].class));
        } catch (RuntimeException e) {
            response.status(Status.BAD_REQUEST_400).send();
            return;
        }
        readers.forEach(LockSupport::unpark);
        response.status(Status.CREATED_201)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .header(HeaderNames.LOCATION, stored.location())
                .send(stored.record());
    }
}
