package push.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DelegateOpenListener;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.ssl.SslConnection;

/**
 * Hands a connection to the protocol negotiated in ALPN (RFC 7301). {@code h2} is preferred to {@code http/1.1}.
 *
 * <p>It exists because Undertow's listener does not know the TLS 1.3 cipher suites, so it refuses {@code h2} to a
 * client that offers only TLS 1.3.
 *
 * <p><b>Threads:</b> a connection's IO thread.
 */
record Alpn(Door door, ByteBufferPool pool, Http2Listener http2, DelegateOpenListener http1, int patienceMs) {
    /**
     * The TLS 1.3 suites, and TLS 1.2 suites with forward secrecy and AEAD. HTTP/2 prohibits the others (RFC 9113,
     * 9.2.2).
     */
    private static final Pattern GOOD_CIPHER =
            Pattern.compile("TLS_(AES|CHACHA20).*|TLS_(EC)?DHE_.*(_GCM_|_CCM|_CHACHA20_).*");

    /** What BoringSSL reports while it has not chosen a suite of TLS 1.3, of which every one is good. */
    private static final String NOT_YET = "SSL_NULL_WITH_NULL_NULL";

    void accept(TcpConnection tcp, SslConnection tls) {
        SSLEngine engine = UndertowXnioSsl.getSslConduit(tls).getSSLEngine();
        engine.setHandshakeApplicationProtocolSelector(Alpn::select);
        ConduitStreamSourceChannel source = tls.getSourceChannel();
        tcp.secured(tls);
        source.setReadListener(channel -> read(tcp, tls, engine));
        source.resumeReads(); // Not wakeupReads: a task of the IO thread would pass by the door.
    }

    /** Returns null, which ends the handshake, if the server supports none of the offered protocols. */
    private static @Nullable String select(SSLEngine engine, List<String> offered) {
        String cipher = engine.getHandshakeSession().getCipherSuite();
        boolean good = cipher.equals(NOT_YET) || GOOD_CIPHER.matcher(cipher).matches();
        if (offered.contains("h2") && good) {
            return "h2";
        }
        return offered.contains("http/1.1") ? "http/1.1" : null;
    }

    /** The client's first bytes arrive after the handshake, so the protocol that must read them is already known. */
    private void read(TcpConnection tcp, SslConnection tls, SSLEngine engine) {
        PooledByteBuffer first = pool.allocate();
        int count = -1;
        try {
            count = tls.getSourceChannel().read(first.getBuffer());
        } catch (IOException e) {
            // The handshake has failed.
        }
        if (count > 0) {
            door.greeted(tcp);
            first.getBuffer().flip();
            tls.getSourceChannel().suspendReads(); // The new reader resumes reads and learns of pending bytes.
            tls.getSourceChannel().setReadListener(null);
            if ("h2".equals(engine.getApplicationProtocol())) {
                http2.begin(tls, first, tcp);
            } else {
                Turns turns = http2.turnsOf(tls.getIoThread());
                tls.getSourceChannel().setConduit(new Http1Gate(tls, first, pool, turns, patienceMs));
                first.close();
                http1.handleEvent(tls, null);
            }
            return;
        }
        first.close();
        if (count < 0) {
            IoUtils.safeClose(tls);
        }
    }
}
