package suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import okhttp3.tls.Certificates;
import okhttp3.tls.HandshakeCertificates;

/**
 * Trusts the server under test and nothing else: a server that has the key of the certificate that {@link Options}
 * name, or that presents a certificate signed by it. It compares the key and not the certificate, so that a server may
 * present another certificate for the same key, and be judged on it.
 *
 * <p><b>Threads:</b> immutable.
 */
final class Trust implements X509TrustManager {

    private final X509Certificate known;
    private final X509TrustManager signed;

    private Trust(X509Certificate known) {
        this.known = known;
        this.signed = new HandshakeCertificates.Builder()
                .addTrustedCertificate(known)
                .build()
                .trustManager();
    }

    static Trust inTheServer() {
        return Once.READ;
    }

    /** @throws IllegalArgumentException if the file contains no certificate in PEM */
    static Trust in(Path file) throws IOException {
        return new Trust(Certificates.decodeCertificatePem(Files.readString(file)));
    }

    /** Returns TLS sockets that trust accordingly and check no host name. */
    SSLSocketFactory sockets() {
        return context().getSocketFactory();
    }

    /** Returns a TLS context that trusts accordingly. */
    SSLContext context() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {this}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        if (chain[0].getPublicKey().equals(known.getPublicKey())) {
            chain[0].checkValidity();
        } else {
            signed.checkServerTrusted(chain, authType);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("the suite trusts no client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return signed.getAcceptedIssuers();
    }

    /** Reads the certificate once, when it is first needed. */
    private static final class Once {
        static final Trust READ = read();

        private static Trust read() {
            var file = Options.current().certificate();
            try {
                return in(file);
            } catch (IOException e) {
                throw new AssertionError(
                        "no certificate at " + file.toAbsolutePath()
                                + ": make it with \"make certs\", or name the server's with --cert FILE (CERT=FILE to make, -Dsuite.cert=FILE to Maven)",
                        e);
            }
        }
    }
}
