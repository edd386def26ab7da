package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The size of a POST is counted for its client, even if the server refuses the body before its end. */
final class PostSizesTest {
    private static final String LARGE = "{\"user\":\"ann\",\"text\":\"" + "\u20ac".repeat(3_000) + "\"}";
    private static final String SMALL = "{\"user\":\"ann\",\"text\":\"x\"}";

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_POSTS_PER_SECOND", "1",
            "PUSH_POST_BURST", "2",
            "PUSH_EXEMPT_ADDRESSES", "127.0.0.1, ::1",
            "PUSH_TRUSTED_PROXIES", "127.0.0.1, ::1");

    @RegisterExtension
    static final JudgedServer impatient =
            JudgedServer.with("PUSH_POSTS_PER_SECOND", "1", "PUSH_POST_BURST", "2", "PUSH_BODY_MS", "1000");

    @LikelyCause("A body that is too large is read, costs what it costs, and counts as one small POST.")
    @Test
    void bodyThatIsTooLargeCountsAsFarAsItHasCome() {
        String client = "192.0.2.1";

        assertEquals(413, post(client, undeclared("x".repeat(65_537))));

        assertEquals(429, post(client, JudgedServer.json(SMALL)));
    }

    @LikelyCause("A body that stops is given up, and its client sends the next one.")
    @Test
    void bodyThatStopsCountsAsFarAsItHasCome() {
        try (var client = impatient.raw()) {
            int stopped = client.request("POST", "/messages", false, "content-type", "application/json");
            client.data(stopped, LARGE.getBytes(UTF_8), false);
            assertEquals(408, client.recorder(stopped).awaitHead().status());

            int next = client.request("POST", "/messages", false, "content-type", "application/json");

            assertEquals(429, client.recorder(next).awaitHead().status());
        }
    }

    @LikelyCause("The size is counted for the proxy's connection, which all its clients share.")
    @Test
    void sizeCountsForTheClientBehindAProxy() {
        assertEquals(201, post("192.0.2.3", JudgedServer.json(LARGE)));

        assertEquals(429, post("192.0.2.3", JudgedServer.json(SMALL)));
        assertEquals(201, post("192.0.2.4", JudgedServer.json(SMALL)));
    }

    @LikelyCause("A client that opens a connection for each large message posts as fast as it likes.")
    @Test
    void sizeCountsForTheAddressOfAConnection() {
        var clients = Stream.generate(() -> FromAddress.connect("127.0.0.2", server))
                .limit(20)
                .toList();
        clients.forEach(client -> assertEquals(200, client.get("/healthz")));

        var statuses = clients.stream()
                .map(client -> client.ask("POST /messages", LARGE))
                .toList();

        clients.forEach(FromAddress::close);
        assertEquals(201, statuses.get(4), "the fifth is within the burst of ten connections: " + statuses);
        assertTrue(statuses.contains(429), "20 POSTs that count twice, where ten connections may post 20: " + statuses);
        try (var other = FromAddress.connect("127.0.0.3", server)) {
            assertEquals(201, other.ask("POST /messages", LARGE));
        }
    }

    private static int post(String client, RequestBody body) {
        return server.request(server.at("/messages").post(body).header("x-forwarded-for", client))
                .status();
    }

    private static RequestBody undeclared(String body) {
        return new RequestBody() {
            @Override
            public MediaType contentType() {
                return MediaType.get("application/json");
            }

            @Override
            public void writeTo(BufferedSink sink) throws java.io.IOException {
                sink.writeUtf8(body);
            }
        };
    }
}
