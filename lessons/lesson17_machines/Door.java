package lesson17_machines;

import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import push.Shards;
import push.http.Config;
import push.http.Listeners;

/** The way in: the certificate that clients were given, both protocols, and a PING for who is silent. */
final class Door {
    private final Listeners listeners;

    private Door(Listeners listeners) {
        this.listeners = listeners;
    }

    static Door open(Config config, Shards shards, HttpHandler handler) {
        try {
            SSLContext tls = tls(config.certificate(), config.key());
            return new Door(new Listeners(config, tls, shards, handler)); // Which offer h2 first, then http/1.1.
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("no TLS from " + config.certificate() + " and " + config.key(), e);
        }
    }

    /** Two PEM files: the certificate, its chain behind it, and its key in PKCS#8. */
    private static SSLContext tls(Path certificate, Path key) throws GeneralSecurityException, IOException {
        Certificate[] chain;
        try (InputStream in = Files.newInputStream(certificate)) {
            chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .toArray(new Certificate[0]);
        }
        String base64 = Files.readString(key).replaceAll("-----[A-Z ]+-----|\\s", "");
        var der = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
        String algorithm = chain[0].getPublicKey().getAlgorithm();
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", KeyFactory.getInstance(algorithm).generatePrivate(der), new char[0], chain);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    int port() {
        return listeners.port();
    }

    boolean idle() {
        return listeners.idle();
    }

    void close() {
        listeners.close();
    }
}
