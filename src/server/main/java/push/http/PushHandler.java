package push.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.HttpContinueReadHandler;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import push.LocalPublisher;
import push.MessageLog;
import push.Publisher;
import push.Shards;
import push.Stats;

/**
 * The pattern as a handler of Undertow's, for a server of one's own: {@code /messages}, {@code /history}, the status and the page, under
 * whatever prefix it is mounted.
 *
 * <p>Over HTTP/1.1 and over Undertow's own HTTP/2 it does all that {@link PushServer} does, but for what needs frames: there is no PING
 * (a dead peer is found when a heartbeat to it can no longer be written), streams of one connection are flushed one by one, a reset of a
 * stream that stands still is noticed when it stalls, and a client's GOAWAY ends its streams. A TLS listener of {@link PushServer}'s has
 * all of it.
 *
 * <p><b>Threads:</b> any thread; a request on another than its IO thread goes on there.
 */
public final class PushHandler implements HttpHandler {
    private final Config config;
    private final Stats stats = new Stats();
    final Shards shards;
    private final Publisher publisher;
    private final PublishHandler publish;
    private final Router router;
    private final HttpHandler handler;

    /** A log of its own, and streams of it; of the settings, those of sockets, threads and certificates mean nothing here. */
    public PushHandler(Config config) {
        this(config, LocalPublisher::new);
    }

    /** The same, around the publisher of one's choice. */
    public PushHandler(Config config, Publisher.Factory factory) {
        this.config = config;
        MessageLog log = new MessageLog(config.retainMessages(), config.retainBytes());
        shards = new Shards(config.settings(), log, stats);
        publisher = factory.make(config.settings(), log, shards, stats);
        Limits limits = new Limits(config);
        publish = new PublishHandler(config, limits, log, publisher);
        router = new Router(
                new Origins(config),
                config,
                log,
                shards,
                new StreamHandler(config, limits, log, stats),
                publish,
                new StatusHandler(config, log, shards, stats),
                new Metrics(log, shards, stats),
                new HistoryHandler(log, limits));
        handler = new HttpContinueReadHandler(router);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (exchange.isInIoThread()) {
            handler.handleRequest(exchange);
        } else {
            exchange.dispatch(exchange.getIoThread(), this);
        }
    }

    /** What takes messages from one's own code: the streams have them in the one order with those that clients post. */
    public Publisher publisher() {
        return publisher;
    }

    /**
     * Refuses new requests and says goodbye to every open stream; returns when all are gone, or when the time for it is up. A
     * server calls it before it stops.
     */
    public void drain() {
        drain(() -> true);
    }

    /**
     * The same, and waits for connections too.
     *
     * @param isIdle whether no connection is left that was told to go away
     */
    void drain(BooleanSupplier isIdle) {
        router.unready();
        await(() -> false, System.nanoTime() + config.drainDelayMs() * 1_000_000L); // While load balancers look away.
        router.drain();
        publisher.close(); // Before the streams say bye, so that each has all that was ever accepted.
        long began = System.nanoTime();
        shards.refuseIncoming();
        await(publish::isIdle, began + config.drainMs() * 450_000L);
        shards.sayGoodbye();
        await(() -> stats.streams().open() == 0, began + config.drainMs() * 900_000L); // The rest is for GOAWAYs.
        shards.goAway();
        await(isIdle, began + config.drainMs() * 1_000_000L);
    }

    /** An interrupt ends the waiting: an immediate end is wanted. */
    private static void await(BooleanSupplier fact, long deadlineNanos) {
        while (!fact.getAsBoolean()
                && System.nanoTime() < deadlineNanos
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(5_000_000);
        }
    }
}
