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
 * The sockets: TLS and ALPN, with {@code h2} preferred to {@code http/1.1}, on every address of one host.
 *
 * <p>It exists because {@code localhost} has two addresses, and because Undertow's builder does not support a custom
 * listener.
 *
 * <p><b>Length:</b> a third of it consists of settings of Undertow and XNIO.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Listeners {
    /** A frame header and its frame fit in one TLS record. */
    private static final int BUFFER_BYTES = 16 * 1024 - 20;

    /** The maximum number of frames held back on a connection; each uses two buffers. */
    private static final int MAX_HELD = 16;

    /** Per IO thread: the buffers that one round holds, and the same number for other work. */
    private static final int KEPT_BUFFERS = 4 * MAX_HELD;

    /**
     * The size of the kernel's send buffer for one connection. By default the kernel would buffer megabytes and report
     * a socket writable only when a third of them is free, so a slow but steady reader would seem stalled.
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
     * Opens the sockets.
     *
     * @throws BadConfig if the host is unknown or the port is unavailable
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
            throw new IllegalStateException("Cannot start the IO threads", e);
        }
        var pool = new DefaultByteBufferPool(true, BUFFER_BYTES, -1, KEPT_BUFFERS);
        int maxStreams = config.maxStreamsPerConnection() + Config.SPARE_STREAMS;
        OptionMap options = OptionMap.builder()
                .set(UndertowOptions.HTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, maxStreams)
                .set(UndertowOptions.HTTP2_SETTINGS_ENABLE_PUSH, false)
                .set(UndertowOptions.MAX_ENTITY_SIZE, -1L) // RequestBody counts, so that a 413 is sent, not a reset.
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, 60_000)
                .set(UndertowOptions.QUEUED_FRAMES_HIGH_WATER_MARK, 2 * maxStreams) // A lower mark would stop reading.
                .set(UndertowOptions.DECODE_URL, false) // RequestTarget does: Undertow would end the connection.
                .set(UndertowOptions.MAX_RST_FRAMES_PER_WINDOW, Integer.MAX_VALUE) // FrameBudget counts.
                .set(UndertowOptions.MAX_HEADER_SIZE, FieldBlock.MAX_BYTES)
                .set(
                        UndertowOptions.MAX_HEADERS,
                        2 * FieldCount.MAX_FIELDS) // FieldCount counts, without pseudo-fields.
                .getMap();
        var wider = OptionMap.builder() // Http1Gate enforces the limits, and its output is slightly longer.
                .addAll(options)
                .set(UndertowOptions.MAX_HEADER_SIZE, 2 * FieldBlock.MAX_BYTES);
        http1 = new HttpOpenListener(pool, wider.getMap());
        http1.setRootHandler(Http1Gate.before(handler, shards, config));
        var buffers = new TlsBuffers(config.tls());
        http2 = new Http2Listener(buffers, pool, options, shards, config, handler);
        ssl = new UndertowXnioSsl(xnio, OptionMap.EMPTY, buffers, tls);
        door = new Door(config, shards.stats(), pool);
        alpn = new Alpn(door, pool, http2, http1, config.bodyMs());
        try {
            listen(config.port());
        } catch (IOException e) {
            close();
            String why = e instanceof UnknownHostException ? "unknown host" : e.getMessage();
            throw new BadConfig("cannot listen on " + config.host() + ":" + config.port() + " (" + why
                    + "): choose another PUSH_PORT (make run PORT=9443) or PUSH_HOST");
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
            } catch (SocketException e) { // The host may lack an address of the name, or its family.
                boolean absent = !(e instanceof BindException)
                        || String.valueOf(e.getMessage()).matches("(Cannot|Can't) assign.*");
                if (!absent || (sockets.isEmpty() && i == addresses.size() - 1)) {
                    throw e;
                }
            }
        }
        sockets.forEach(AcceptingChannel::resumeAccepts);
    }

    /**
     * Returns both loopback addresses for {@code localhost}, even if the system maps it to one: clients differ in their
     * choice.
     */
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
                door.admit(socket, tcp -> alpn.accept(tcp, ssl.wrapExistingConnection(tcp, VERSIONS, false)));
            }
        } catch (IOException e) {
            // The client left while it was being accepted.
        }
    }

    /** Returns the port, which the system chose if the configured port is 0. */
    public int port() {
        return sockets.get(0).getLocalAddress(InetSocketAddress.class).getPort();
    }

    /** Returns whether no HTTP/2 connection is open. */
    public boolean idle() {
        return http2.connections() == 0;
    }

    /** Waits briefly for lingering connections, so that the final frames reach their clients. */
    private void awaitLastWords() {
        long deadlineNanos = System.nanoTime() + TcpConnection.LINGER_MS * 1_000_000L;
        while (door.connections() > 0
                && System.nanoTime() - deadlineNanos < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Closes all sockets and ends the IO threads. Does nothing if they have already ended. */
    public void close() {
        if (worker.isShutdown()) {
            return; // Closing a socket again would wait for an ended thread.
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
