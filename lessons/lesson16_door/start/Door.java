package lesson16_door.start;

import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import push.Shards;
import push.http.Config;

/** The way in, as a tutorial has it. It works with curl -k. */
final class Door {
    private final Undertow undertow;

    private Door(Undertow undertow) {
        this.undertow = undertow;
    }

    static Door open(Config config, Shards shards, HttpHandler handler) {
        Undertow undertow = Undertow.builder()
                .addHttpsListener(config.port(), config.host(), tls(config))
                .setHandler(handler)
                .build();
        undertow.start();
        return new Door(undertow);
    }

    /** What openssl req -subj /CN=localhost makes, for the key in certs/. */
    private static SSLContext tls(Config config) {
        try {
            var pair = HeldCertificate.decode(Files.readString(config.certificate()) + Files.readString(config.key()));
            var shown = new HeldCertificate.Builder().keyPair(pair.keyPair()).commonName("localhost");
            return new HandshakeCertificates.Builder()
                    .heldCertificate(shown.build())
                    .build()
                    .sslContext();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        var address = undertow.getListenerInfo().get(0).getAddress();
        return ((InetSocketAddress) address).getPort();
    }

    /** Whether every connection has gone. It cannot tell. */
    boolean idle() {
        return true;
    }

    void close() {
        undertow.stop();
    }
}
