import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Does once what clients do, so that the server loads the classes for it: archive.sh runs this file. It posts, reads the
 * streams of all forms over both versions of HTTP, and fetches the page and the status.
 */
final class Client {
    public static void main(String[] args) throws Exception {
        URI root = URI.create(args[0]);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream certificate = Files.newInputStream(Path.of(args[1]))) {
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(certificate));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        for (HttpClient.Version version : List.of(HttpClient.Version.HTTP_2, HttpClient.Version.HTTP_1_1)) {
            HttpClient client =
                    HttpClient.newBuilder().sslContext(tls).version(version).build();
            List<InputStream> streams = new ArrayList<>();
            for (String accept : List.of("application/x-ndjson", "text/event-stream", "text/plain")) {
                var request = HttpRequest.newBuilder(root.resolve("messages"))
                        .header("accept", accept)
                        .build();
                streams.add(client.send(request, BodyHandlers.ofInputStream()).body());
            }
            var post = HttpRequest.newBuilder(root.resolve("messages"))
                    .header("content-type", "application/json")
                    .header("idempotency-key", version.name())
                    .POST(BodyPublishers.ofString("{\"user\":\"ann\",\"text\":\"hello\"}"));
            client.send(post.build(), BodyHandlers.ofString());
            for (InputStream stream : streams) {
                stream.read();
                stream.close();
            }
            for (String path : List.of("", "status", "metrics", "healthz", "readyz", "history")) {
                client.send(HttpRequest.newBuilder(root.resolve(path)).build(), BodyHandlers.ofString());
            }
        }
        System.exit(0); // Without waiting for its threads.
    }
}
