package push.http;

import io.undertow.UndertowOptions;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Sequence;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;
import push.Shards;

/**
 * The sockets: TLS, ALPN with {@code h2} before {@code http/1.1}, on every address of one host.
 *
 * <p>It exists because {@code localhost} is two addresses, and because the builder of Undertow has no place for a
 * listener of one's own.
 *
 * <p><b>Length:</b> a third of it are settings of Undertow and XNIO.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Listeners {
    /** A frame header and a frame fit one TLS record. */
    private static final int BUFFER_BYTES = 16 * 1024 - 20;

    /** How many frames of a connection wait for each other at most, each in two buffers. */
    private static final int MAX_HELD = 16;

    /** For each IO thread: what a round holds, and as many again for whatever else is going on. */
    private static final int KEPT_BUFFERS = 4 * MAX_HELD;

    /**
     * What the system may hold for one connection. Left to itself it holds megabytes, and calls a socket writable only
     * when a third of them is free: a slow reader that reads all the time would be taken for stalled.
     */
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    private static final OptionMap VERSIONS =
            OptionMap.create(Options.SSL_ENABLED_PROTOCOLS, Sequence.of("TLSv1.3", "TLSv1.2"));

    private final Config config;
    private final XnioWorker worker;
    private final Http2Listener http2;
    private final HttpOpenListener http1;
    private final UndertowXnioSsl ssl;
    private final Door door;
    private final Alpn alpn;
    private final List<AcceptingChannel<? extends StreamConnection>> sockets = new ArrayList<>();

    /**
     * Listens.
     *
     * @throws BadConfig if the host is not known or the port cannot be had
     */
    public Listeners(Config config, SSLContext tls, Shards shards, HttpHandler handler) {
        this.config = config;
        Xnio xnio = Xnio.getInstance();
        try {
            worker = xnio.createWorker(OptionMap.builder()
                    .set(Options.WORKER_IO_THREADS, config.ioThreads())
                    .set(Options.WORKER_TASK_CORE_THREADS, 2)
                    .set(Options.WORKER_TASK_MAX_THREADS, 2)
                    .getMap());
        } catch (IOException e) {
            throw new IllegalStateException("The IO threads cannot be started", e);
        }
        var pool = new DefaultByteBufferPool(true, BUFFER_BYTES, -1, KEPT_BUFFERS);
        int maxStreams = config.maxStreamsPerConnection() + Config.SPARE_STREAMS;
        OptionMap options = OptionMap.builder()
                .set(UndertowOptions.HTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, maxStreams)
                .set(UndertowOptions.HTTP2_SETTINGS_ENABLE_PUSH, false)
                .set(UndertowOptions.MAX_ENTITY_SIZE, -1L) // RequestBody counts, so that a 413 is sent and not a reset.
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, 60_000)
                .set(UndertowOptions.QUEUED_FRAMES_HIGH_WATER_MARK, 2 * maxStreams) // Less would stop reading.
                .set(UndertowOptions.DECODE_URL, false) // RequestTarget does: Undertow would end the connection.
                .set(UndertowOptions.MAX_RST_FRAMES_PER_WINDOW, Integer.MAX_VALUE) // FrameBudget counts.
                .set(UndertowOptions.MAX_HEADER_SIZE, FieldBlock.MAX_BYTES)
                .set(UndertowOptions.MAX_HEADERS, FieldBlock.MAX_FIELDS)
                .getMap();
        var wider = OptionMap.builder() // Http1Gate has the limits, and writes a head a little longer than it came.
                .addAll(options)
                .set(UndertowOptions.MAX_HEADER_SIZE, 2 * FieldBlock.MAX_BYTES)
                .set(UndertowOptions.MAX_HEADERS, 2 * FieldBlock.MAX_FIELDS);
        http1 = new HttpOpenListener(pool, wider.getMap());
        http1.setRootHandler(Http1Gate.before(handler, shards, config));
        http2 = new Http2Listener(pool, options, shards, config, handler);
        ssl = new UndertowXnioSsl(xnio, OptionMap.create(Options.USE_DIRECT_BUFFERS, true), tls);
        door = new Door(config, shards.stats(), pool);
        alpn = new Alpn(door, pool, http2, http1, config.bodyMs());
        try {
            listen(config.port());
        } catch (IOException e) {
            close();
            String why = e instanceof UnknownHostException ? "the host is not known" : e.getMessage();
            throw new BadConfig(config.host() + ":" + config.port() + " cannot be listened on (" + why
                    + "): choose another PUSH_PORT or PUSH_HOST");
        }
    }

    private void listen(int wanted) throws IOException {
        int port = wanted;
        List<InetAddress> addresses = addresses();
        for (int i = 0; i < addresses.size(); i++) {
            try {
                var socket = open(new InetSocketAddress(addresses.get(i), port));
                sockets.add(socket);
                port = socket.getLocalAddress(InetSocketAddress.class).getPort();
            } catch (SocketException e) { // A name may have an address that the host has not, or a family it has not.
                boolean absent = !(e instanceof BindException)
                        || String.valueOf(e.getMessage()).matches("(Cannot|Can't) assign.*");
                if (!absent || (sockets.isEmpty() && i == addresses.size() - 1)) {
                    throw e;
                }
            }
        }
        sockets.forEach(AcceptingChannel::resumeAccepts);
    }

    /** Both loopback addresses for {@code localhost}, though the system may know it by one: clients differ in which. */
    private List<InetAddress> addresses() throws UnknownHostException {
        String[] hosts =
                config.host().equals("localhost") ? new String[] {"127.0.0.1", "::1"} : new String[] {config.host()};
        List<InetAddress> addresses = new ArrayList<>();
        for (String host : hosts) {
            addresses.addAll(List.of(InetAddress.getAllByName(host)));
        }
        return addresses;
    }

    private AcceptingChannel<? extends StreamConnection> open(InetSocketAddress address) throws IOException {
        return worker.createStreamConnectionServer(
                address,
                this::accept,
                OptionMap.builder()
                        .set(Options.TCP_NODELAY, true)
                        .set(Options.SEND_BUFFER, SEND_BUFFER_BYTES)
                        .set(Options.REUSE_ADDRESSES, true)
                        .set(Options.BACKLOG, 1024)
                        .getMap());
    }

    private void accept(AcceptingChannel<StreamConnection> listening) {
        try {
            for (var socket = listening.accept(); socket != null; socket = listening.accept()) {
                TcpConnection tcp = door.admit(socket);
                if (tcp != null) {
                    alpn.accept(tcp, ssl.wrapExistingConnection(tcp, VERSIONS, false));
                }
            }
        } catch (IOException e) {
            // The client left while it was being accepted.
        }
    }

    /** The port, which the system chose if the configuration said 0. */
    public int port() {
        return sockets.get(0).getLocalAddress(InetSocketAddress.class).getPort();
    }

    /** Whether no HTTP/2 connection is left. */
    public boolean idle() {
        return http2.connections() == 0;
    }

    /** Connections linger for a moment, so that what they were told last arrives. */
    private void awaitLastWords() {
        long deadlineNanos = System.nanoTime() + TcpConnection.LINGER_MS * 1_000_000L;
        while (door.connections() > 0
                && System.nanoTime() - deadlineNanos < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Closes all sockets and ends the IO threads; harmless if that has been done. */
    public void close() {
        if (worker.isShutdown()) {
            return; // To close a socket again would wait for a thread that is no more.
        }
        sockets.forEach(IoUtils::safeClose);
        http1.closeConnections();
        http2.closeConnections();
        awaitLastWords();
        worker.shutdown();
        try {
            if (!worker.awaitTermination(5, TimeUnit.SECONDS)) {
                worker.shutdownNow();
            }
        } catch (InterruptedException e) {
            worker.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
