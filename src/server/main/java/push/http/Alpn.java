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
 * Hands a connection to the protocol that it and its client have chosen (ALPN, RFC 7301): {@code h2} before
 * {@code http/1.1}.
 *
 * <p>It exists because Undertow's own listener knows no cipher of TLS 1.3, and so refuses {@code h2} to a client that
 * offers no other version.
 *
 * <p><b>Threads:</b> a connection's IO thread.
 */
record Alpn(Door door, ByteBufferPool pool, Http2Listener http2, DelegateOpenListener http1, int patienceMs) {
    /** Those of TLS 1.3, and of 1.2 those with forward secrecy and AEAD: HTTP/2 forbids all others (RFC 9113, 9.2.2). */
    private static final Pattern GOOD_CIPHER =
            Pattern.compile("TLS_(AES|CHACHA20).*|TLS_(EC)?DHE_.*(_GCM_|_CCM|_CHACHA20_).*");

    void accept(TcpConnection tcp, SslConnection tls) {
        SSLEngine engine = UndertowXnioSsl.getSslConduit(tls).getSSLEngine();
        engine.setHandshakeApplicationProtocolSelector(Alpn::select);
        ConduitStreamSourceChannel source = tls.getSourceChannel();
        // Who does not finish the handshake, or says nothing after it, would keep a socket for ever.
        tcp.secure(tls, patienceMs);
        source.setReadListener(channel -> read(tcp, tls, engine));
        source.wakeupReads();
    }

    /** Null, which ends the handshake, if nothing is spoken here of what is offered. */
    private static @Nullable String select(SSLEngine engine, List<String> offered) {
        String cipher = engine.getHandshakeSession().getCipherSuite();
        if (offered.contains("h2") && GOOD_CIPHER.matcher(cipher).matches()) {
            return "h2";
        }
        return offered.contains("http/1.1") ? "http/1.1" : null;
    }

    /** The first bytes of a client come after the handshake, so by then it is known who is to read them. */
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
            tls.getSourceChannel().suspendReads(); // Who takes over resumes, and is then told of what is there already.
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
