package suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.tls.Certificates;
import okhttp3.tls.HandshakeCertificates;

/**
 * Makes HTTP clients that trust the certificate of the server under test: {@code certs/server.crt}, or the file that
 * {@code -Dsuite.cert} names. A client never repeats a request by itself, because that would hide what the server did.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Clients {

    private static final Path CERTIFICATE = Path.of(System.getProperty("suite.cert", "certs/server.crt"));
    private static final int UNLIMITED = 100_000;

    private Clients() {}

    /** A client that speaks HTTP/2, with connections that it shares with no other client. */
    static OkHttpClient http2() {
        // OkHttp insists on the fallback; a test that minds asks the answer for its protocol.
        return create(List.of(Protocol.HTTP_2, Protocol.HTTP_1_1));
    }

    static OkHttpClient http1() {
        return create(List.of(Protocol.HTTP_1_1));
    }

    private static OkHttpClient create(List<Protocol> protocols) {
        var dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(UNLIMITED);
        dispatcher.setMaxRequestsPerHost(UNLIMITED);
        var trust = trust();
        return new OkHttpClient.Builder()
                .protocols(protocols)
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool(UNLIMITED, 5, TimeUnit.MINUTES))
                .sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
                .connectTimeout(Deadline.PATIENCE)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .build();
    }

    /** Ends what the client still has under way and closes its connections. */
    static void close(OkHttpClient client) {
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }

    /** Trust in the server's certificate and in nothing else. */
    static HandshakeCertificates trust() {
        return Trust.ONLY_THIS;
    }

    /** Read when first needed, once. */
    private static final class Trust {
        static final HandshakeCertificates ONLY_THIS = read();

        private static HandshakeCertificates read() {
            try {
                var certificate = Certificates.decodeCertificatePem(Files.readString(CERTIFICATE));
                return new HandshakeCertificates.Builder()
                        .addTrustedCertificate(certificate)
                        .build();
            } catch (IOException e) {
                throw new AssertionError(
                        "no certificate at " + CERTIFICATE.toAbsolutePath()
                                + ": make it with \"make certs\", or name the server's with -Dsuite.cert=FILE",
                        e);
            }
        }
    }
}
