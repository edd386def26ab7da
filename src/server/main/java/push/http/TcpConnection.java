package push.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
 * A TCP connection as TLS sees it, which ends so that the last word arrives: its sending half first, and the whole when the
 * client has ended its own half, or after a second in which what still comes is thrown away.
 *
 * <p>It exists because a socket that is closed while unread input lies in it sends a TCP reset, and that destroys what the
 * client has not read yet: a GOAWAY, an answer, a {@code bye} (RFC 9112, 9.6).
 *
 * <p><b>Length:</b> half of it is what a connection of XNIO has to have.
 *
 * <p><b>Threads:</b> confined to its IO thread, but for {@code close}.
 */
final class TcpConnection extends StreamConnection {
    static final int LINGER_MS = 1_000;

    /** To throw as much away costs less than the handshake that came before it. */
    private static final int MAX_DISCARDED = 4 << 20;

    private static final int BUFFERS_AT_ONCE = 8; // Then others have their turn.

    /** Who decides when a connection may go on with its handshake. */
    interface Gate {
        /** Something has come in; {@code reader} deals with it. */
        void pass(TcpConnection connection, Runnable reader);
    }

    private final StreamConnection socket;
    private final ByteBufferPool pool;
    private final Source source;
    private final TlsRecords records = new TlsRecords();
    private @Nullable Gate gate; // Null once the handshake is over.
    private boolean isDiscarding;
    private int discarded;
    private volatile boolean isTurnedAway; // Set by whoever lets another in, read by its IO thread.
    private @Nullable SslConnection tls;
    private @Nullable Runnable onEnd; // Of what is thrown away, as long as this is open.
    private XnioExecutor.@Nullable Key patience;
    private XnioExecutor.@Nullable Key end;

    TcpConnection(StreamConnection socket, ByteBufferPool pool, Gate gate) {
        super(socket.getIoThread());
        this.socket = socket;
        this.pool = pool;
        this.gate = gate;
        this.source = new Source(socket.getSourceChannel().getConduit());
        setSourceConduit(source);
        setSinkConduit(socket.getSinkChannel().getConduit());
    }

    /** What comes in: given to TLS, or thrown away. */
    private final class Source extends AbstractStreamSourceConduit<StreamSourceConduit> implements ReadReadyHandler {
        private @Nullable ReadReadyHandler reader;

        Source(StreamSourceConduit next) {
            super(next);
        }

        @Override
        public void setReadReadyHandler(ReadReadyHandler handler) {
            reader = handler;
            next.setReadReadyHandler(this);
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            int from = to.position();
            int count = super.read(to);
            records.came(to, from);
            return count;
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
            } else if (gate != null) {
                gate.pass(TcpConnection.this, this::handOn);
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
            if (isDiscarding) {
                IoUtils.safeClose(socket);
            } else if (reader != null) {
                reader.forceTermination();
            }
        }

        /** At the end of input the socket has closed that half, and the whole if we had ended ours. */
        private void inputEnded() {
            Runnable ended = onEnd;
            onEnd = null;
            if (ended != null) {
                ended.run();
            }
        }

        /** The socket's reading half is closed; while input is thrown away nobody is told before this is closed. */
        @Override
        public void terminated() {
            if (!isDiscarding) {
                tell();
            }
        }

        void tell() {
            ReadReadyHandler told = reader;
            reader = null; // Nothing of TLS is kept while this lingers.
            if (told != null) {
                told.terminated();
            }
        }
    }

    /** The socket has been closed. */
    void closed() {
        forget(patience); // What is still to be done would keep all of this until then.
        forget(end);
    }

    private static void forget(XnioExecutor.@Nullable Key later) {
        if (later != null) {
            later.remove();
        }
    }

    /** TLS begins over this connection; a client that has not said its first word in time is let go. */
    void secure(SslConnection begun, int patienceMs) {
        tls = begun;
        var plain = begun.getSourceChannel();
        plain.setConduit(records.above(plain.getConduit()));
        patience = getIoThread().executeAfter(() -> IoUtils.safeClose(begun), patienceMs, TimeUnit.MILLISECONDS);
    }

    /** Another is let in in its place: it ends without a word, and its handshake goes no further. */
    void turnAway() {
        isTurnedAway = true;
        try {
            getIoThread().execute(() -> IoUtils.safeClose(tls, socket));
        } catch (RejectedExecutionException e) {
            IoUtils.safeClose(socket);
        }
    }

    boolean isTurnedAway() {
        return isTurnedAway;
    }

    /** The handshake is over: from now on all that comes in goes straight on. */
    void greeted() {
        gate = null;
        forget(patience);
    }

    /**
     * Throws away from now on what comes in; what is to go out goes out.
     *
     * @param ended called when no more can come in, unless this has been closed before
     */
    void discard(Runnable ended) {
        onEnd = ended;
        discard();
    }

    private void discard() {
        isDiscarding = true;
        source.resumeReads();
    }

    /** Lets the client send no more before this time is over. */
    void pause(long ms) {
        source.suspendReads();
        getIoThread().executeAfter(source::resumeReads, ms, TimeUnit.MILLISECONDS);
    }

    /** Ends the sending half now, and the rest after a while. */
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
                socket.getSinkChannel().getConduit().terminateWrites(); // FIN, after all that TCP still has to send.
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

    @Override
    protected void notifyReadClosed() {
        // Told by linger, which may come later.
    }

    @Override
    protected void notifyWriteClosed() {
        // The socket's own writing half tells.
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
