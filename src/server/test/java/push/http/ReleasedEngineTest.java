package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** BoringSSL's memory is not the JVM's: it must be free when a client has gone, not only after a garbage collection. */
final class ReleasedEngineTest {
    private final ByteBuffer toServer = ByteBuffer.allocateDirect(40_000);
    private final ByteBuffer toClient = ByteBuffer.allocateDirect(40_000);
    private final ByteBuffer data = ByteBuffer.allocateDirect(40_000);
    private SSLEngine server;
    private SSLEngine client;

    @BeforeEach
    void twoEngines() throws Exception {
        server = Pem.context(Path.of("certs/server.crt"), Path.of("certs/key.pem"), TlsEngine.OPENSSL)
                .createSSLEngine();
        server.setUseClientMode(false);
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {new Trusting()}, null);
        client = trusting.createSSLEngine();
        client.setUseClientMode(true);
    }

    @Test
    void connectionThatHasGoneWithoutAWordHoldsNoMemory() throws Exception {
        client.beginHandshake();
        server.beginHandshake();
        while (isShaking(client) || isShaking(server)) {
            pass(client, server, toServer);
            pass(server, client, toClient);
        }
        assertEquals("TLSv1.3", server.getSession().getProtocol());
        server.closeInbound(); // As Undertow does when a client has gone.
        server.closeOutbound();

        assertHeld(true);
        TlsEngine.OPENSSL.release(server);
        assertHeld(false);
    }

    @Test
    void connectionThatHasGoneInItsHandshakeHoldsNoMemory() throws Exception {
        pass(client, server, toServer);
        server.wrap(ByteBuffer.allocate(0), data.clear());

        assertHeld(true);
        TlsEngine.OPENSSL.release(server);
        assertHeld(false);
    }

    @Test
    void connectionThatHasSaidNothingHoldsNoMemory() throws Exception {
        server.beginHandshake();

        TlsEngine.OPENSSL.release(server);
        assertHeld(false);
    }

    private static boolean isShaking(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    /** Sends everything that one engine has to say, and lets the other read it. */
    private void pass(SSLEngine from, SSLEngine to, ByteBuffer wire) throws Exception {
        while (from.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            from.getDelegatedTask().run();
        }
        from.wrap(ByteBuffer.allocate(0), wire);
        wire.flip();
        while (wire.hasRemaining() && to.unwrap(wire, data.clear()).bytesConsumed() > 0) {
            while (to.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                to.getDelegatedTask().run();
            }
        }
        wire.compact();
    }

    /** Looks into Conscrypt's fields, because it reports this nowhere. */
    private void assertHeld(boolean expected) throws Exception {
        Object wrapped = server;
        for (Class<?> type = server.getClass(); wrapped == server && type != null; type = type.getSuperclass()) {
            for (var field : type.getDeclaredFields()) {
                if (field.getName().equals("delegate")) {
                    field.setAccessible(true);
                    wrapped = field.get(server);
                }
            }
        }
        var ssl = wrapped.getClass().getDeclaredField("ssl");
        ssl.setAccessible(true);
        var pointer = ssl.getType().getDeclaredField("ssl");
        pointer.setAccessible(true);
        assertEquals(expected, pointer.getLong(ssl.get(wrapped)) != 0);
    }

    private static final class Trusting implements X509TrustManager {
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
