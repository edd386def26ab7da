package push.http;

import java.util.Map;
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
        var tls = Pem.context(config.certificate(), config.key(), config.tls());
        handler = new PushHandler(config, factory);
        MessageBody.warm(); // Before there are clients.
        try {
            listeners = new Listeners(config, tls, handler.shards, handler);
        } catch (BadConfig e) {
            handler.end();
            throw e;
        }
    }

    /**
     * Starts a server.
     *
     * @param env its settings, see {@link Config}
     * @throws BadConfig if a setting is invalid
     */
    public static RunningServer start(Map<String, String> env) {
        Config config = Config.from(env);
        return new PushServer(config, PushHandler.publisher(config));
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
        handler.end();
    }
}
