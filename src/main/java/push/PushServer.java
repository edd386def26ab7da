package push;

import java.util.Map;
import java.util.concurrent.locks.LockSupport;

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
    private final Router router;
    private final Listeners listeners;

    private PushServer(Config config) {
        this.config = config;
        MessageLog log = new MessageLog(config.retainMessages(), config.retainBytes());
        shards = new Shards(config, log, stats);
        publisher = new LocalPublisher(config, log, shards, stats);
        router = new Router(
                log,
                shards,
                new StreamHandler(config, log, stats),
                new PublishHandler(config, log, publisher),
                new StatusHandler(config, log, shards, stats),
                new Metrics(log, shards, stats));
        listeners = new Listeners(config, Pem.context(config.certificate(), config.key()), shards, router);
    }

    /**
     * Starts a server.
     *
     * @param env its settings, see {@link Config}
     * @throws BadConfig if one of them cannot be used
     */
    public static Running start(Map<String, String> env) {
        return new PushServer(Config.from(env));
    }

    @Override
    public int port() {
        return listeners.port();
    }

    @Override
    public void drain() {
        router.drain();
        publisher.close(); // Before the streams say bye, so that each has all that was ever accepted.
        shards.drain();
        try {
            // The rest of the time is for GOAWAYs.
            stats.awaitNoneOpen(System.nanoTime() + config.drainMs() * 900_000L);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return; // Somebody wants an end at once.
        }
        shards.goAway();
        long deadlineNanos = System.nanoTime() + config.drainMs() * 100_000L;
        while (!listeners.idle() && System.nanoTime() < deadlineNanos && !Thread.interrupted()) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() {
        listeners.close();
    }
}
