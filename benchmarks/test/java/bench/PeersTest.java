package bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import push.http.PushServer;
import push.http.RunningServer;

/**
 * A peer is only worth measuring if it delivers what the kit delivers, byte by byte, so each is held against the contract.
 *
 * <p>Ids and times differ from server to server, and are replaced by words of one kind. A peer that this machine lacks is not
 * tested; {@code make bench} names it.
 */
final class PeersTest {
    /** As it is posted, and as the kit encodes it. */
    private static final Map<String, String> TEXTS = new TreeMap<>(Map.of(
            "plain", "plain",
            "q \\\" \\\\ \\n <b> & \\u00e9 \\ud83d\\ude00", "q \\\" \\\\ \\n <b> & é 😀",
            "third", "third"));

    private static final String NEW = "false,\"reason\":\"new\",\"id\":\"E-0\"";
    private static final String START = "{\"type\":\"start\",\"resumed\":" + NEW + ",\"heartbeatMs\":15000}";

    static Stream<Contender> peers() throws IOException {
        List<Jdk> jdks = Jdk.measured();
        return Stream.of(Peer.values())
                .filter(peer -> peer.isExact()
                        && !peer.program.equals(Peer.KIT.program)) // The kit's jar is not built for tests: see below.
                .map(peer -> new Contender(peer, peer == Peer.HELIDON ? jdks.get(jdks.size() - 1) : Jdk.own()))
                .filter(contender -> contender.absent().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("peers")
    void streamHasTheBytesOfTheKitsFormAndResumes(Contender contender) throws Exception {
        contender.build();
        try (Server server = new Server(contender)) {
            Client client = new Client(server.port);
            List<String> expected = new ArrayList<>();
            if (contender.peer().takesRecords()) {
                expected.add(post(client, contender, 1, "before", "before"));
            } else {
                expected.add(START);
            }
            var early = client.stream("");

            for (Map.Entry<String, String> text : TEXTS.entrySet()) {
                int sequence = expected.size() + (contender.peer().takesRecords() ? 1 : 0);
                expected.add(post(client, contender, sequence, text.getKey(), text.getValue()));
            }

            assertEquals(expected, lines(early, expected.size()));
            if (!contender.peer().takesRecords()) { // nchan resumes by fields of its own.
                assertEquals(expected, lines(client.stream(""), expected.size()));
                String second = client.location.replace("messages/", "").replaceFirst("-3$", "-2");
                List<String> rest = List.of(START.replace(NEW, "true,\"id\":\"E-2\""), expected.get(3));
                assertEquals(rest, lines(client.stream(second), 2));
            }
        }
    }

    @Test
    void theKitHasThoseBytes() throws Exception {
        Contender kit = new Contender(Peer.KIT, Jdk.own());
        Map<String, String> settings =
                Map.of("PUSH_PORT", "0", "PUSH_CERT", "certs/server.crt", "PUSH_KEY", "certs/key.pem");
        RunningServer server = PushServer.start(settings);
        try {
            Client client = new Client(server.port());
            List<String> expected = new ArrayList<>(List.of(START));
            for (Map.Entry<String, String> text : TEXTS.entrySet()) {
                expected.add(post(client, kit, expected.size(), text.getKey(), text.getValue()));
            }

            assertEquals(expected, lines(client.stream(""), expected.size()));
        } finally {
            server.close();
        }
    }

    /** Posts, and returns the record that every stream is to receive. */
    private static String post(Client client, Contender contender, int sequence, String text, String encoded)
            throws Exception {
        String record = "{\"type\":\"message\",\"id\":\"e1-" + sequence + "\",\"user\":\"ann\",\"text\":\"" + encoded
                + "\",\"time\":1795887268565}";
        boolean whole = contender.peer().takesRecords();
        HttpResponse<String> answer = client.post(whole ? record : "{\"user\":\"ann\",\"text\":\"" + text + "\"}");
        assertTrue(answer.statusCode() / 100 == 2, answer::toString);
        if (!whole) {
            client.location = answer.headers().firstValue("location").orElseThrow();
            assertEquals(
                    "application/json",
                    answer.headers().firstValue("content-type").orElseThrow());
            assertEquals(masked(record), masked(answer.body()));
        }
        return masked(record);
    }

    private static String masked(String record) {
        return record.replaceAll("\"id\":\"[0-9a-z]+-", "\"id\":\"E-").replaceAll("\"time\":\\d{13}}", "\"time\":T}");
    }

    private static List<String> lines(InputStream stream, int count) throws Exception {
        return CompletableFuture.supplyAsync(
                        () -> new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                                .lines()
                                .limit(count)
                                .map(PeersTest::masked)
                                .toList())
                .get(20, TimeUnit.SECONDS);
    }

    /** A client of the JDK, which trusts the project's certificate alone. */
    private static final class Client {
        private final HttpClient http;
        private final URI uri;
        private String location = "";

        Client(int port) throws Exception {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            try (InputStream certificate = Files.newInputStream(Path.of("certs/server.crt"))) {
                trusted.setCertificateEntry(
                        "kit", CertificateFactory.getInstance("X.509").generateCertificate(certificate));
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            http = HttpClient.newBuilder()
                    .sslContext(tls)
                    .connectTimeout(Duration.ofSeconds(20))
                    .build();
            uri = URI.create("https://localhost:" + port + "/messages");
        }

        InputStream stream(String lastEventId) throws Exception {
            HttpResponse<InputStream> response = http.send(
                    HttpRequest.newBuilder(uri)
                            .header("accept", "application/x-ndjson")
                            .header("last-event-id", lastEventId)
                            .build(),
                    BodyHandlers.ofInputStream());
            assertEquals(200, response.statusCode());
            assertEquals(HttpClient.Version.HTTP_2, response.version());
            assertEquals(
                    "application/x-ndjson",
                    response.headers().firstValue("content-type").orElseThrow());
            return response.body();
        }

        HttpResponse<String> post(String body) throws Exception {
            return http.send(
                    HttpRequest.newBuilder(uri)
                            .header("content-type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
