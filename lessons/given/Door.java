package given;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;
import java.util.function.IntSupplier;
import push.MessageLog;
import push.Shards;
import push.Stats;
import push.http.Config;
import push.http.Listeners;
import push.http.Pem;

/**
 * The way in: TLS, HTTP/2, and a few threads that serve every connection. Given, because no test could reach a server without
 * it. Lesson 16 opens it up.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Door implements AutoCloseable {
    private final IntSupplier port;
    private final Runnable close;

    private Door(IntSupplier port, Runnable close) {
        this.port = port;
        this.close = close;
    }

    /** Listens, and hands each request to the handler on an IO thread, of which there are several. */
    public static Door open(Config config, HttpHandler handler) {
        Undertow undertow = Undertow.builder()
                .setBufferSize(8_192) // Small, so that writes that take only a part are seen early.
                .addHttpsListener(config.port(), config.host(), Pem.context(config.certificate(), config.key()))
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setServerOption(UndertowOptions.SHUTDOWN_TIMEOUT, 100) // Then worker threads that wait are interrupted.
                .setHandler(handler)
                .build();
        undertow.start();
        InetSocketAddress address =
                (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
        return new Door(address::getPort, undertow::stop);
    }

    /**
     * From lesson 08 on. The same, but each connection is asked for a sign of life by a PING, and closed if none comes. Undertow's
     * own listeners cannot send one, so these are the reference's.
     */
    public static Door openWithPings(Config config, HttpHandler handler) {
        var nothing = new MessageLog(config.retainMessages(), config.retainBytes()); // The shards only watch connections.
        var shards = new Shards(config.settings(), nothing, new Stats());
        var listeners = new Listeners(config, Pem.context(config.certificate(), config.key()), shards, handler);
        return new Door(listeners::port, listeners::close);
    }

    /** The port, which the system chose if the configured one is 0. */
    public int port() {
        return port.getAsInt();
    }

    @Override
    public void close() {
        close.run();
    }
}
