package push.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.Option;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;
import org.xnio.ssl.SslConnection;

/**
 * A TCP connection below TLS that closes gracefully. It closes its sending half first, and the rest when the client has
 * closed its own half, or after a second. In the meantime it discards input.
 *
 * <p>It exists because closing a socket with unread input sends a TCP reset, which destroys bytes that the client has
 * not yet read: a GOAWAY, a response or a {@code bye} (RFC 9112, 9.6).
 *
 * <p><b>Length:</b> half of it implements methods that XNIO requires of a connection.
 *
 * <p><b>Threads:</b> confined to its IO thread, except {@code close} and {@code turnAway}.
 */
final class TcpConnection extends StreamConnection implements Lobby.Guest, HandshakeTurns.Handshake {
    static final int LINGER_MS = 1_000;

    /** Discarding this much costs less than the handshake that preceded it. */
    private static final int MAX_DISCARDED = 4 << 20;

    /** The answer to a client that speaks HTTP without TLS. */
    private static final byte[] PLAIN = """
            HTTP/1.1 400 Bad Request\r
            Connection: close\r
            Content-Type: text/plain\r
            Content-Length: 36\r
            \r
            This port speaks TLS: use https://.
            """.getBytes(StandardCharsets.US_ASCII);

    private static final int BUFFERS_AT_ONCE = 8; // Then other connections get their turn.

    /** Decides when a connection may continue its handshake. */
    interface Gate {
        /** Input has arrived, which {@link #goOn} processes. */
        void pass(TcpConnection connection);

        /** The connection was closed before its handshake was over, to make room for others. */
        void turnedAway();
    }

    private final StreamConnection socket;
    private final ByteBufferPool pool;
    private final Source source;
    private final TlsRecords records = new TlsRecords();
    private final Consumer<TcpConnection> secure;
    private @Nullable Gate gate; // Null once the handshake is over.
    private boolean isDiscarding;
    private int discarded;
    private volatile boolean isTurnedAway; // Set on another connection's thread, read by its IO thread.
    private boolean hasSpoken; // The client has sent its first byte.
    private boolean hasBegun; // The client has sent some of its handshake.
    private boolean isHeld; // Input waits for its turn.
    private volatile long sinceNanos; // When its handshake began; like the next two read by other connections' threads.
    private volatile long heldNanos; // How long its input had waited by then.
    private volatile long heldSinceNanos; // Since when its input has been waiting, or 0.
    private @Nullable SslConnection tls;
    private @Nullable Runnable onEnd; // Called at the end of discarded input, while this is open.
    private final XnioExecutor.Key patience;
    private XnioExecutor.@Nullable Key end;

    /** Creates a connection that reads nothing before {@link #begin}, and that {@code secure} then starts TLS on. */
    TcpConnection(
            StreamConnection socket, ByteBufferPool pool, Gate gate, Consumer<TcpConnection> secure, int patienceMs) {
        super(socket.getIoThread());
        this.socket = socket;
        this.pool = pool;
        this.gate = gate;
        this.secure = secure;
        this.source = new Source(socket.getSourceChannel().getConduit());
        setSourceConduit(source);
        setSinkConduit(socket.getSinkChannel().getConduit());
        // A client that never finishes the handshake, or is silent after it, would otherwise keep a socket forever.
        this.patience = getIoThread().executeAfter(this::giveUp, patienceMs, TimeUnit.MILLISECONDS);
    }

    /** Passes input to TLS or discards it. */
    private final class Source extends AbstractStreamSourceConduit<StreamSourceConduit> implements ReadReadyHandler {
        private @Nullable ReadReadyHandler reader;

        Source(StreamSourceConduit next) {
            super(next);
            next.setReadReadyHandler(this);
        }

        @Override
        public void setReadReadyHandler(ReadReadyHandler handler) {
            reader = handler;
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            int from = to.position();
            int count = super.read(to);
            if (!hasSpoken && count > 0) {
                hasSpoken = true;
                refuseIfPlain(to.get(from));
            }
            records.came(to, from);
            return count;
        }

        /** Refuses HTTP without TLS, by the first byte: a method begins with a letter, and no TLS record does. */
        private void refuseIfPlain(byte first) throws IOException {
            if (first >= 'A' && first <= 'Z') {
                gate = null; // There is no handshake that could need an alert.
                socket.getSinkChannel().write(ByteBuffer.wrap(PLAIN));
                throw new IOException("The client speaks HTTP without TLS");
            }
        }

        @Override
        public void suspendReads() {
            if (!isDiscarding) {
                super.suspendReads();
            }
        }

        @Override
        public void readReady() {
            if (isDiscarding) {
                throwAway();
            } else if (isHeld) {
                super.suspendReads(); // TLS has resumed them.
            } else if (gate != null) {
                gate.pass(TcpConnection.this);
            } else {
                handOn();
            }
        }

        private void handOn() {
            if (reader != null) {
                reader.readReady();
            }
        }

        private void throwAway() {
            try (PooledByteBuffer buffer = pool.allocate()) {
                for (int i = 0; i < BUFFERS_AT_ONCE && discarded < MAX_DISCARDED; i++) {
                    int count = next.read(buffer.getBuffer().clear());
                    if (count < 0) {
                        inputEnded();
                    }
                    if (count <= 0) {
                        return;
                    }
                    discarded += count;
                }
                if (discarded >= MAX_DISCARDED) {
                    next.suspendReads();
                }
            } catch (IOException e) {
                IoUtils.safeClose(socket);
            }
        }

        @Override
        public void forceTermination() {
            if (isDiscarding || reader == null) {
                IoUtils.safeClose(socket);
            } else {
                reader.forceTermination();
            }
        }

        /**
         * Reports the end of input. The socket has closed its reading half, or both halves if we had closed the other.
         */
        private void inputEnded() {
            Runnable ended = onEnd;
            onEnd = null;
            if (ended != null) {
                ended.run();
            }
        }

        /**
         * The socket's reading half is closed. While input is discarded, this is reported only when this connection
         * closes.
         */
        @Override
        public void terminated() {
            if (!isDiscarding) {
                tell();
            }
        }

        void tell() {
            ReadReadyHandler told = reader;
            reader = null; // Frees the TLS state while this lingers.
            if (told != null) {
                told.terminated();
            }
        }
    }

    /** Records that the socket has been closed. */
    void closed(TlsEngine engine) {
        forget(patience); // Pending tasks would keep this object in memory.
        forget(end);
        if (tls != null) {
            engine.release(UndertowXnioSsl.getSslConduit(tls).getSSLEngine());
        }
    }

    private static void forget(XnioExecutor.@Nullable Key later) {
        if (later != null) {
            later.remove();
        }
    }

    /** Records the TLS of this connection. */
    void secured(SslConnection begun) {
        tls = begun;
        var plain = begun.getSourceChannel();
        plain.setConduit(records.above(plain.getConduit()));
    }

    private void giveUp() {
        IoUtils.safeClose(tls == null ? this : tls);
    }

    @Override
    public void begin() {
        sinceNanos = System.nanoTime();
        try {
            getIoThread().execute(source::resumeReads);
        } catch (RejectedExecutionException e) { // The server has been closed.
            IoUtils.safeClose(socket);
        }
    }

    /** Makes room for another connection: closes this one without notice and stops its handshake. */
    @Override
    public void turnAway() {
        isTurnedAway = true;
        Gate left = gate;
        if (left != null) {
            left.turnedAway();
        }
        try {
            getIoThread().execute(() -> IoUtils.safeClose(tls, socket));
        } catch (RejectedExecutionException e) {
            IoUtils.safeClose(socket);
        }
    }

    @Override
    public void hold() {
        isHeld = true;
        heldSinceNanos = System.nanoTime();
        source.suspendReads();
    }

    @Override
    public void goOn() {
        if (isHeld) {
            isHeld = false;
            long before = heldNanos;
            heldNanos = before + System.nanoTime() - heldSinceNanos;
            heldSinceNanos = 0;
            source.resumeReads();
        }
        if (!socket.isOpen() || isTurnedAway || isDiscarding) {
            return;
        }
        if (!hasBegun) {
            hasBegun = true;
            secure.accept(this);
        }
        source.handOn();
    }

    @Override
    public boolean hasBegun() {
        return hasBegun;
    }

    @Override
    public long waitedNanos(long nowNanos) {
        long heldSince = heldSinceNanos;
        return nowNanos - sinceNanos - heldNanos - (heldSince == 0 ? 0 : nowNanos - heldSince);
    }

    /** Records that the handshake is over. Input is no longer delayed. */
    void greeted() {
        gate = null;
        forget(patience);
    }

    /**
     * Discards all further input. Output is not affected.
     *
     * @param ended called at the end of input, unless this connection has been closed by then
     */
    void discard(Runnable ended) {
        onEnd = ended;
        discard();
    }

    private void discard() {
        isDiscarding = true;
        source.resumeReads();
    }

    /** Closes the sending half now, and the rest after a delay. */
    @Override
    protected void closeAction() {
        if (Thread.currentThread() == getIoThread()) {
            linger();
            return;
        }
        try {
            getIoThread().execute(this::linger);
        } catch (RejectedExecutionException e) { // The server has been closed.
            IoUtils.safeClose(socket);
            source.tell();
        }
    }

    private void linger() {
        onEnd = null;
        try {
            if (isTurnedAway) {
                IoUtils.safeClose(socket);
            } else {
                sendAlert();
                socket.getSinkChannel().getConduit().terminateWrites(); // FIN, after all bytes that TCP has queued.
            }
            if (socket.isOpen()) {
                discard();
                end = getIoThread().executeAfter(() -> IoUtils.safeClose(socket), LINGER_MS, TimeUnit.MILLISECONDS);
            }
        } catch (IOException | RejectedExecutionException e) {
            IoUtils.safeClose(socket);
        }
        source.tell();
    }

    /** Sends the alert of a failed handshake (RFC 8446, 6.2). Undertow closes before it has asked the engine for it. */
    private void sendAlert() throws IOException {
        if (gate == null || tls == null) {
            return;
        }
        SSLEngine engine = UndertowXnioSsl.getSslConduit(tls).getSSLEngine();
        ByteBuffer records = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        while (!engine.isOutboundDone() // Other records of the handshake may come first.
                && engine.wrap(ByteBuffer.allocate(0), records.clear()).bytesProduced() > 0) {
            socket.getSinkChannel().write(records.flip());
        }
    }

    @Override
    protected void notifyReadClosed() {
        // Reported by linger, which may come later.
    }

    @Override
    protected void notifyWriteClosed() {
        // Reported by the socket's own writing half.
    }

    @Override
    public SocketAddress getPeerAddress() {
        return socket.getPeerAddress();
    }

    @Override
    public SocketAddress getLocalAddress() {
        return socket.getLocalAddress();
    }

    @Override
    public boolean supportsOption(Option<?> option) {
        return socket.supportsOption(option);
    }

    @Override
    public <T> T getOption(Option<T> option) throws IOException {
        return socket.getOption(option);
    }

    @Override
    public <T> T setOption(Option<T> option, T value) throws IOException {
        return socket.setOption(option, value);
    }
}
