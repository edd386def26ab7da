package push.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.HttpContinueReadHandler;
import java.util.ServiceLoader;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import push.LocalPublisher;
import push.MessageLog;
import push.Publisher;
import push.Shards;
import push.Stats;

/**
 * The pattern as an Undertow handler, for use in your own server: {@code /messages}, {@code /history}, the status and
 * the page, under any prefix.
 *
 * <p>On your server's HTTP/1.1 and HTTP/2 listeners it works like {@link PushServer}, except for features that need
 * frames. It sends no PING, so a dead peer is detected when a heartbeat can no longer be written. It flushes the
 * streams of a connection one by one. It notices the reset of a blocked stream only when the stream stalls. A client's
 * GOAWAY ends its streams. The TLS listener of {@link PushServer} has all these features.
 *
 * <p><b>Threads:</b> any thread; a request on a different thread continues on its IO thread.
 */
public final class PushHandler implements HttpHandler {
    private final Config config;
    private final Stats stats = new Stats();
    final Shards shards;
    private final Publisher publisher;
    private final PublishHandler publish;
    private final Router router;
    private final HttpHandler handler;

    /**
     * Creates a handler with its own log and streams. The settings for sockets, threads and certificates have no effect
     * here.
     */
    public PushHandler(Config config) {
        this(config, publisher(config));
    }

    /** Creates a handler with your own publisher. */
    public PushHandler(Config config, Publisher.Factory factory) {
        this.config = config;
        MessageLog log = new MessageLog(config.retainMessages(), config.retainBytes());
        shards = new Shards(config.settings(), log, stats);
        publisher = factory.make(config.settings(), log, shards, stats);
        Limits limits = new Limits(config);
        publish = new PublishHandler(config, limits, publisher);
        router = new Router(
                new Origins(config),
                config,
                log,
                shards,
                new StreamHandler(config, limits, log, stats),
                publish,
                new StatusHandler(config, log, shards, stats, publisher),
                new Metrics(log, shards, stats, publisher),
                new HistoryHandler(log, limits),
                publisher::isReady);
        handler = new HttpContinueReadHandler(router);
    }

    /** Returns what makes the publisher that the settings ask for. Without a broker none of its classes is loaded. */
    static Publisher.Factory publisher(Config config) {
        if (config.nats().url().isEmpty()) {
            return LocalPublisher::new;
        }
        return ServiceLoader.load(Broker.class)
                .findFirst()
                .orElseThrow(() -> new BadConfig("PUSH_NATS_URL is set, but this program was built without the module"
                        + " push-nats: use target/streaming-push-kit.jar"))
                .publisher(config.nats());
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (exchange.isInIoThread()) {
            handler.handleRequest(exchange);
        } else {
            exchange.dispatch(exchange.getIoThread(), this);
        }
    }

    /**
     * Returns the publisher for messages from your own code. Streams receive them in one order with the messages of
     * clients.
     */
    public Publisher publisher() {
        return publisher;
    }

    /**
     * Refuses new requests, sends a bye to every open stream, and returns when all have ended or the time limit is
     * reached. Call it before your server stops.
     */
    public void drain() {
        drain(() -> true);
    }

    /**
     * Drains, and waits for connections as well.
     *
     * @param isIdle whether all connections that were sent GOAWAY have closed
     */
    void drain(BooleanSupplier isIdle) {
        if (config.drainDelayMs() > 0) { // Time for load balancers to react.
            router.unready();
            await(() -> false, System.nanoTime() + config.drainDelayMs() * 1_000_000L);
        }
        publisher.close(); // First, so that every accepted message precedes the bye.
        router.drain();
        long began = System.nanoTime();
        shards.refuseIncoming();
        await(publish::isIdle, began + config.drainMs() * 400_000L);
        end(); // What still waits for a broker is answered now, while its connection is open.
        await(publish::isIdle, began + config.drainMs() * 450_000L);
        shards.sayGoodbye();
        await(() -> stats.streams().open() == 0, began + config.drainMs() * 900_000L); // The rest is for GOAWAY.
        shards.goAway();
        await(isIdle, began + config.drainMs() * 1_000_000L);
    }

    /** Lets go of what the publisher holds. */
    void end() {
        publisher.end();
    }

    /** Waits for a condition or a deadline. An interrupt ends the wait, because it requests an immediate stop. */
    private static void await(BooleanSupplier fact, long deadlineNanos) {
        while (!fact.getAsBoolean()
                && System.nanoTime() < deadlineNanos
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(5_000_000);
        }
    }
}
