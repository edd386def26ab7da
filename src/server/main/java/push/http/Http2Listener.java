package push.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.ConnectorStatistics;
import io.undertow.server.DelegateOpenListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http2.Http2ReceiveListener;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import push.MemoryBudget;
import push.Shards;

/**
 * Creates a {@link PushChannel} for each connection whose client has negotiated {@code h2} in ALPN.
 *
 * <p>It exists because the channels of Undertow's listener expose too little, and that listener cannot be extended.
 *
 * <p><b>Threads:</b> a connection begins on its IO thread; counting and closing connections: any thread.
 */
final class Http2Listener implements DelegateOpenListener {
    private final TlsBuffers buffers;
    private final ByteBufferPool pool;
    private final OptionMap options;
    private final Shards shards;
    private final Config config;
    private final Map<XnioIoThread, Turns> turns = new ConcurrentHashMap<>();
    private final Map<XnioIoThread, Leftovers.Total> leftovers = new ConcurrentHashMap<>();
    private final HttpHandler handler;
    private final Set<PushChannel> channels = ConcurrentHashMap.newKeySet();

    Http2Listener(
            TlsBuffers buffers,
            ByteBufferPool pool,
            OptionMap options,
            Shards shards,
            Config config,
            HttpHandler handler) {
        this.buffers = buffers;
        this.pool = pool;
        this.options = options;
        this.shards = shards;
        this.config = config;
        this.handler = handler;
    }

    private Leftovers.Total leftoversOf(XnioIoThread thread) {
        return leftovers.computeIfAbsent(
                thread, key -> new Leftovers.Total(new MemoryBudget().maxLeftovers(config.ioThreads())));
    }

    /** Returns the order in which the connections of an IO thread read. */
    Turns turnsOf(XnioIoThread thread) {
        return turns.computeIfAbsent(thread, key -> new Turns(new XnioLoop(key)));
    }

    /** Begins an HTTP/2 connection over this TCP connection, with the bytes already read. */
    void begin(StreamConnection tls, PooledByteBuffer read, TcpConnection tcp) {
        FlowMeter meter = new FlowMeter();
        Outbox outbox = new Outbox(tls.getSinkChannel().getConduit(), buffers, pool, meter);
        tls.getSinkChannel().setConduit(outbox);
        Turns taken = turnsOf(tls.getIoThread());
        Leftovers.Total left = leftoversOf(tls.getIoThread());
        PushChannel channel =
                new PushChannel(tls, pool, read, options, meter, outbox, tcp, taken, left, shards, config);
        channels.add(channel);
        channel.addCloseTask(closed -> channels.remove(channel));
        var listener = new Http2ReceiveListener(handler, options, pool.getBufferSize(), null);
        channel.getReceiveSetter().set(one -> channel.take(listener));
        channel.resumeReceives();
    }

    @Override
    public void handleEvent(StreamConnection tls, PooledByteBuffer read) {
        throw new UnsupportedOperationException("Use begin to add a connection");
    }

    @Override
    public void handleEvent(StreamConnection tcp) {
        throw new UnsupportedOperationException("Use begin: ALPN has already read some bytes");
    }

    int connections() {
        return channels.size();
    }

    @Override
    public void closeConnections() {
        channels.forEach(IoUtils::safeClose);
    }

    @Override
    public HttpHandler getRootHandler() {
        return handler;
    }

    @Override
    public void setRootHandler(HttpHandler rootHandler) {
        throw new UnsupportedOperationException("The handler is given at construction");
    }

    @Override
    public OptionMap getUndertowOptions() {
        return options;
    }

    @Override
    public void setUndertowOptions(OptionMap undertowOptions) {
        throw new UnsupportedOperationException("The options are given at construction");
    }

    @Override
    public ByteBufferPool getBufferPool() {
        return pool;
    }

    @Override
    public @Nullable ConnectorStatistics getConnectorStatistics() {
        return null;
    }
}
