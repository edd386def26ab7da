package suite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocket;

/**
 * A TLS connection that has negotiated HTTP/2, over our own TCP socket, so that the TCP connection can be cut without a
 * close_notify.
 *
 * <p><b>Threads:</b> any thread; writing is guarded by this object's lock.
 */
final class TlsSocket {

    private final Socket tcp;
    private final SSLSocket tls;
    private RawClient.Tap tap = RawClient.Tap.NONE;

    private TlsSocket(Socket tcp, SSLSocket tls) {
        this.tcp = tcp;
        this.tls = tls;
    }

    /**
     * Connects and completes the handshake.
     *
     * @param receiveBuffer SO_RCVBUF in bytes, 0 for the system's
     */
    static TlsSocket connect(String host, int port, int receiveBuffer) {
        var tcp = new Socket();
        try {
            if (receiveBuffer > 0) {
                // Before connecting, because the window scale is negotiated then.
                tcp.setReceiveBufferSize(receiveBuffer);
            }
            tcp.setTcpNoDelay(true);
            int patience = Deadline.patienceMs();
            tcp.connect(new InetSocketAddress(host, port), patience);
            tcp.setSoTimeout(patience);
            var tls = (SSLSocket) Trust.inTheServer().sockets().createSocket(tcp, host, port, false);
            var parameters = tls.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            tcp.setSoTimeout(0);
            if (!tls.getApplicationProtocol().equals("h2")) {
                throw new IOException("the server did not agree to \"h2\" in ALPN");
            }
            return new TlsSocket(tcp, tls);
        } catch (IOException e) {
            close(tcp);
            throw new AssertionError("no HTTP/2 connection to " + host + ":" + port + ": " + e, e);
        }
    }

    /** Sets the tap; call it before anything is written. */
    void tap(RawClient.Tap tap) {
        this.tap = tap;
    }

    InputStream input() throws IOException {
        return tls.getInputStream();
    }

    synchronized void write(byte[] bytes) throws IOException {
        tap.sent(bytes);
        tls.getOutputStream().write(bytes);
    }

    /** Sends these bytes in TLS records of one byte each; other threads' bytes come before or after them all. */
    synchronized void writeByteByByte(byte[] bytes) throws IOException {
        for (int i = 0; i < bytes.length; i++) {
            tls.getOutputStream().write(bytes, i, 1);
        }
    }

    /** Sends a FIN, without a TLS close_notify. */
    void fin() {
        try {
            tcp.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a RST. */
    void reset() {
        try {
            tcp.setSoLinger(true, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close();
    }

    void close() {
        close(tcp);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
