package push.http;

import java.util.Map;
import push.LocalPublisher;
import push.Publisher;

/**
 * The server, put together: a handler, and the sockets before it.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class PushServer implements RunningServer {
    private final PushHandler handler;
    private final Listeners listeners;

    /** Puts a server together around the publisher of one's choice. */
    PushServer(Config config, Publisher.Factory factory) {
        handler = new PushHandler(config, factory);
        var tls = Pem.context(config.certificate(), config.key());
        listeners = new Listeners(config, tls, handler.shards, handler);
    }

    /**
     * Starts a server.
     *
     * @param env its settings, see {@link Config}
     * @throws BadConfig if one of them cannot be used
     */
    public static RunningServer start(Map<String, String> env) {
        return new PushServer(Config.from(env), LocalPublisher::new);
    }

    @Override
    public int port() {
        return listeners.port();
    }

    @Override
    public void drain() {
        handler.drain(listeners::idle);
    }

    @Override
    public void close() {
        listeners.close();
    }
}
