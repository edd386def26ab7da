package bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A TLS connection that never blocks, so that one thread holds thousands. It accepts every certificate, because it only
 * measures.
 *
 * <p><b>Threads:</b> confined to its selector's thread.
 */
final class TlsClient {
    private static final SSLContext CONTEXT = context();
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    // Both belong to the connection being read, so that thousands of connections need no memory each.
    private static final ByteBuffer RECEIVED = ByteBuffer.allocate(34 * 1024);
    private static final ByteBuffer CLEAR = ByteBuffer.allocate(17 * 1024);

    private final SocketChannel socket = SocketChannel.open();
    private final SSLEngine engine;
    private final SelectionKey key;
    private ByteBuffer begun = NOTHING; // An incomplete record.
    private final ByteBuffer sending = ByteBuffer.allocate(17 * 1024).limit(0);
    private final Queue<ByteBuffer> toSend = new ArrayDeque<>();

    /** Starts connecting; data sent meanwhile waits. */
    TlsClient(Selector selector, int port, Object attachment) throws IOException {
        engine = CONTEXT.createSSLEngine(); // Without the peer's name, no earlier handshake shortens this one.
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        engine.setSSLParameters(parameters);
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        key = socket.register(selector, SelectionKey.OP_CONNECT, attachment);
        if (socket.connect(new InetSocketAddress("127.0.0.1", port))) {
            connected();
        }
    }

    private void connected() throws IOException {
        socket.finishConnect();
        key.interestOps(SelectionKey.OP_READ);
        engine.beginHandshake();
        flush();
    }

    void send(byte[] bytes) throws IOException {
        toSend.add(ByteBuffer.wrap(bytes));
        if (socket.isConnected()) {
            flush();
        }
    }

    /** Does whatever the socket is ready for, and passes on incoming data. */
    void ready(Consumer<ByteBuffer> clear) throws IOException {
        if (key.isConnectable()) {
            connected();
        } else {
            if (key.isReadable()) {
                read(clear);
            }
            flush();
        }
    }

    /** Stops reading: what the peer sends fills its buffers and ours. */
    void freeze() {
        key.interestOps(0);
    }

    void close() throws IOException {
        socket.close();
    }

    private void read(Consumer<ByteBuffer> clear) throws IOException {
        int count;
        RECEIVED.clear().put(begun);
        begun = NOTHING;
        while ((count = socket.read(RECEIVED)) > 0) {
            RECEIVED.flip();
            while (RECEIVED.hasRemaining()) {
                CLEAR.clear();
                var result = engine.unwrap(RECEIVED, CLEAR);
                clear.accept(CLEAR.flip());
                if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
                    break;
                }
                if (result.getStatus() == Status.CLOSED) {
                    throw new EOFException("The peer has closed TLS");
                }
                if (result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                    flush();
                }
            }
            RECEIVED.compact();
        }
        if (RECEIVED.position() > 0) {
            byte[] rest = new byte[RECEIVED.position()];
            RECEIVED.flip().get(rest);
            begun = ByteBuffer.wrap(rest);
        }
        if (count < 0) {
            throw new EOFException("The peer has closed the connection");
        }
    }

    private void flush() throws IOException {
        while (socket.write(sending) >= 0 && !sending.hasRemaining() && fill()) {}
        int wanted = SelectionKey.OP_READ | (sending.hasRemaining() ? SelectionKey.OP_WRITE : 0);
        if (key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
    }

    /** Encrypts the next piece; returns false if there is none, or if the peer has to speak first. */
    private boolean fill() throws IOException {
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status == HandshakeStatus.NEED_TASK) {
            engine.getDelegatedTask().run();
            status = engine.getHandshakeStatus();
        }
        boolean shaking = status != HandshakeStatus.NOT_HANDSHAKING;
        if (shaking ? status != HandshakeStatus.NEED_WRAP : toSend.isEmpty()) {
            return false;
        }
        sending.clear();
        engine.wrap(shaking ? NOTHING : toSend.element(), sending);
        sending.flip();
        if (!shaking && !toSend.element().hasRemaining()) {
            toSend.remove();
        }
        return true;
    }

    private static SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Gullible()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK has no TLS", e);
        }
    }

    private static final class Gullible extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
