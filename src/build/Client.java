import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Does once what clients do, so that the server loads the classes for it: archive.sh runs this file. It posts, reads the
 * streams of all forms over both versions of HTTP, and fetches the page and the status. Then it joins as often as it is
 * told to, so that the JVM learns which methods a join needs most.
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
        int joins = args.length > 2 ? Integer.parseInt(args[2]) : 0;
        for (int i = 0; i < joins; i++) {
            join(root, trust);
        }
        System.exit(0); // Without waiting for its threads.
    }

    /** Shakes hands in full, opens a stream over HTTP/2 and leaves when its response begins. */
    private static void join(URI root, TrustManagerFactory trust) throws Exception {
        SSLContext tls = SSLContext.getInstance("TLS"); // One of its own, without a session that could be resumed.
        tls.init(null, trust.getTrustManagers(), null);
        try (var socket = (SSLSocket) tls.getSocketFactory().createSocket(root.getHost(), root.getPort())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            var request = new ByteArrayOutputStream();
            request.writeBytes(ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
            request.writeBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}); // SETTINGS.
            var fields = new ByteArrayOutputStream(); // RFC 7541, 6.1 and 6.2.2.
            fields.write(0x82); // :method GET
            fields.write(0x87); // :scheme https
            field(fields, 0x01, root.getAuthority());
            field(fields, 0x04, "/messages"); // :path
            field(fields, 0x0f, "application/x-ndjson", 0x04); // accept
            request.writeBytes(new byte[] {0, 0, (byte) fields.size(), 1, 5, 0, 0, 0, 1}); // HEADERS of stream 1.
            request.writeBytes(fields.toByteArray());
            socket.getOutputStream().write(request.toByteArray());
            var input = new DataInputStream(socket.getInputStream());
            for (int type = 0; type != 1; ) { // Until its HEADERS.
                int length = input.readUnsignedShort() << 8 | input.readUnsignedByte();
                type = input.readUnsignedByte();
                input.readFully(new byte[5 + length]);
            }
        }
    }

    /** Adds a field whose name is in the static table, at this index, and whose value is literal. */
    private static void field(ByteArrayOutputStream to, int index, String value, int... indexGoesOn) {
        to.write(index);
        for (int more : indexGoesOn) {
            to.write(more);
        }
        to.write(value.length());
        to.writeBytes(ascii(value));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
