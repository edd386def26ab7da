package peers;

import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A peer to measure against: the pattern on Vert.x, with the JDK's TLS or, at {@code boringssl}, with BoringSSL.
 *
 * <p>Written as Vert.x asks: one verticle on one event loop, which never blocks; a full write queue is left alone until
 * its drain handler runs. Messages that arrive in one turn of the loop go out in one round, one buffer for all streams.
 * Vert.x flushes at each write. So that the streams of a connection share a record and a system call, each connection
 * has Netty's own {@link FlushConsolidationHandler}, the one thing here without a public way in Vert.x: without it, 20
 * connections of 100 streams cost four times as much. BoringSSL is used through Vert.x's own option. A POST is answered
 * immediately.
 *
 * <p><b>Threads:</b> confined to the event loop.
 */
public final class VertxServer {
    private final Feed feed = new Feed();
    private final Set<Reader> readers = new LinkedHashSet<>();
    private final Context context;
    private boolean roundDue;
    private Buffer shared;
    private long sharedAfter = -1;
    private long sharedUpTo = -1;

    private VertxServer(Context context) {
        this.context = context;
    }

    public static void main(String[] args) {
        boolean boringssl = args.length > 0 && args[0].equals("boringssl");
        if (boringssl && !OpenSSLEngineOptions.isAlpnAvailable()) {
            throw new IllegalStateException("BoringSSL's library does not load here");
        }
        HttpServerOptions options = new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setSslHandshakeTimeout(60)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(System.getenv("PUSH_CERT"))
                        .addKeyPath(System.getenv("PUSH_KEY")))
                .setInitialSettings(new Http2Settings().setMaxConcurrentStreams(100_000));
        if (boringssl) {
            options.setSslEngineOptions(new OpenSSLEngineOptions());
        }
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        vertx.deployVerticle(context -> new VertxServer(context).listen(vertx, options))
                .onFailure(failure -> {
                    failure.printStackTrace();
                    System.exit(1);
                });
    }

    private Future<?> listen(Vertx vertx, HttpServerOptions options) {
        return vertx.createHttpServer(options)
                .connectionHandler(VertxServer::flushOnce)
                .requestHandler(this::handle)
                .listen(Integer.parseInt(System.getenv("PUSH_PORT")), "127.0.0.1")
                .onSuccess(server -> System.out.println("Serving https://localhost:" + server.actualPort() + "/"));
    }

    /** Combines the flushes of one turn of the loop into one, at its end. */
    private static void flushOnce(HttpConnection connection) {
        ((HttpServerConnection) connection)
                .channelHandlerContext()
                .pipeline()
                .addLast(new FlushConsolidationHandler(Integer.MAX_VALUE, true));
    }

    private void handle(HttpServerRequest request) {
        if (!request.path().equals("/messages")) {
            request.response().setStatusCode(404).end();
        } else if (request.method() == HttpMethod.GET) {
            new Reader(request.response(), feed.open(request.getHeader("last-event-id")));
        } else {
            request.body().onSuccess(body -> post(request.response(), body));
        }
    }

    private void post(HttpServerResponse response, Buffer body) {
        try {
            Feed.Stored stored = feed.publish(body.getBytes());
            response.setStatusCode(201)
                    .putHeader("content-type", "application/json")
                    .putHeader("location", stored.location())
                    .end(Buffer.buffer(stored.record()));
        } catch (RuntimeException e) {
            response.setStatusCode(400).end();
            return;
        }
        if (!roundDue) {
            roundDue = true;
            context.runOnContext(nothing -> round());
        }
    }

    private void round() {
        roundDue = false;
        for (Reader reader : Set.copyOf(readers)) {
            reader.write();
        }
    }

    /** Returns the bytes for a stream at this position: the same buffer for all that are there. */
    private Buffer after(long position) {
        if (position != sharedAfter || feed.newest() != sharedUpTo) {
            sharedAfter = position;
            sharedUpTo = feed.newest();
            byte[] bytes = feed.between(position, sharedUpTo);
            shared = bytes == null ? null : Buffer.buffer(bytes);
        }
        return shared;
    }

    private final class Reader {
        private final HttpServerResponse response;
        private long position;
        private boolean waits;

        Reader(HttpServerResponse response, Feed.Opening opening) {
            this.response = response;
            this.position = opening.position();
            response.putHeader("content-type", "application/x-ndjson").putHeader("cache-control", "no-store");
            response.closeHandler(nothing -> readers.remove(this));
            response.exceptionHandler(failure -> readers.remove(this));
            readers.add(this);
            response.write(Buffer.buffer(opening.bytes()));
        }

        void write() {
            if (waits || position == feed.newest()) {
                return;
            }
            if (response.writeQueueFull()) {
                waits = true;
                response.drainHandler(nothing -> {
                    waits = false;
                    write();
                });
                return;
            }
            Buffer next = after(position);
            if (next == null) {
                readers.remove(this);
                response.reset();
                return;
            }
            position = sharedUpTo;
            response.write(next);
        }
    }
}
