package push;

import io.undertow.server.handlers.HttpContinueReadHandler;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The server, put together: one log, a shard for each IO thread, and the handlers between them and the sockets.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class PushServer implements Running {
    private final Config config;
    private final Stats stats = new Stats();
    private final Shards shards;
    private final Publisher publisher;
    private final PublishHandler publish;
    private final Router router;
    private final Listeners listeners;

    /** Puts a server together around the publisher of one's choice. */
    PushServer(Config config, Publisher.Maker maker) {
        this.config = config;
        MessageLog log = new MessageLog(config.retainMessages(), config.retainBytes());
        shards = new Shards(config, log, stats);
        publisher = maker.make(config, log, shards, stats);
        Limits limits = new Limits(config);
        publish = new PublishHandler(config, limits, log, publisher);
        router = new Router(
                new Origins(config),
                log,
                shards,
                new StreamHandler(config, limits, log, stats),
                publish,
                new StatusHandler(config, log, shards, stats),
                new Metrics(log, shards, stats),
                new HistoryHandler(log, limits));
        var tls = Pem.context(config.certificate(), config.key());
        listeners = new Listeners(config, tls, shards, new HttpContinueReadHandler(router));
    }

    /**
     * Starts a server.
     *
     * @param env its settings, see {@link Config}
     * @throws BadConfig if one of them cannot be used
     */
    public static Running start(Map<String, String> env) {
        return new PushServer(Config.from(env), LocalPublisher::new);
    }

    @Override
    public int port() {
        return listeners.port();
    }

    @Override
    public void drain() {
        router.unready();
        await(() -> false, System.nanoTime() + config.drainDelayMs() * 1_000_000L); // While load balancers look away.
        router.drain();
        publisher.close(); // Before the streams say bye, so that each has all that was ever accepted.
        long began = System.nanoTime();
        shards.refuseBodies();
        await(publish::isIdle, began + config.drainMs() * 450_000L);
        shards.drain();
        await(() -> stats.streams().open() == 0, began + config.drainMs() * 900_000L); // The rest is for GOAWAYs.
        shards.goAway();
        await(listeners::idle, began + config.drainMs() * 1_000_000L);
    }

    /** An interrupt ends the waiting: the end is wanted immediately. */
    private static void await(BooleanSupplier fact, long deadlineNanos) {
        while (!fact.getAsBoolean()
                && System.nanoTime() < deadlineNanos
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() {
        listeners.close();
    }
}
