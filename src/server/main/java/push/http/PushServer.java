package push.http;

import java.util.Map;
import push.LocalPublisher;
import push.Publisher;

/**
 * The complete server: a handler and its sockets.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class PushServer implements RunningServer {
    private final PushHandler handler;
    private final Listeners listeners;

    /** Creates a server with a custom publisher. */
    PushServer(Config config, Publisher.Factory factory) {
        handler = new PushHandler(config, factory);
        var tls = Pem.context(config.certificate(), config.key());
        listeners = new Listeners(config, tls, handler.shards, handler);
    }

    /**
     * Starts a server.
     *
     * @param env its settings, see {@link Config}
     * @throws BadConfig if a setting is invalid
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
