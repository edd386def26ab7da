package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static suite.Http1FramingTest.status;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Expect: 100-continue} over HTTP/1.1 (RFC 9110, 10.1.1). */
final class Http1ExpectTest {

    private static final String POST = "POST /messages HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n";
    private static final String EXPECT = "Expect: 100-continue\r\n";
    private static final String JSON = "{\"user\":\"ann\",\"text\":\"hi\"}"; // 0x1a bytes.
    private static final String NEXT = "GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n";

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with();

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @LikelyCause("A client that waits to be asked for its body is told nothing.")
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 26\r\n\r\n", "Transfer-Encoding: Chunked\r\n\r\n"})
    void bodyThatIsAnnouncedIsAskedForAndStored(String framing) throws IOException {
        try (var client = Http1Socket.connect(server, 0)) {
            client.sendRaw(POST + EXPECT + framing, 100);
            assertEquals(100, client.head().status());
            client.sendRaw(framing.startsWith("T") ? "1a\r\n" + JSON + "\r\n0\r\n\r\n" : JSON, 5);

            assertEquals(201, status(client.response()));
            assertEquals("ok\n", client.sendRaw(NEXT, 100).response().body());
        }
        assertEquals(List.of("hi"), bystanders.texts());
    }

    @LikelyCause("A malformed body that was asked for gets no answer.")
    @Test
    void malformedBodyThatWasAskedForIsRefused() throws IOException {
        try (var client = Http1Socket.connect(server, 0)) {
            client.sendRaw(POST + EXPECT + "Transfer-Encoding: chunked\r\n\r\n", 100);
            assertEquals(100, client.head().status());

            Http1FramingTest.assertProblem(400, client.sendRaw("x\r\n", 100).response());
        }
    }

    @LikelyCause("A body is asked for that will be refused, that has come, or that there is none of.")
    @Test
    void bodyIsAskedForOnlyWhereItIsWanted() throws IOException {
        try (var client = Http1Socket.connect(server, 0)) {
            client.sendRaw(POST + EXPECT + "Content-Length: 0\r\n\r\n", 100);
            assertEquals(400, status(client.response()));

            client.sendRaw(POST + EXPECT + "Content-Length: 100000\r\n\r\n", 100);
            assertEquals(413, status(client.response()));
        }
        try (var client = Http1Socket.connect(server, 0)) {
            client.sendRaw(POST.replace("1.1", "1.0") + EXPECT + "Content-Length: 26\r\n\r\n" + JSON, 100);
            assertEquals(201, status(client.response()));
        }
        assertEquals(List.of("hi"), bystanders.texts());
    }

    @LikelyCause("A client that is answered before its body has come is reset, and a proxy says 502 (RFC 9112, 9.6).")
    @ParameterizedTest
    @ValueSource(strings = {"1.1\r\nConnection: close", "1.0"})
    void earlyAnswerReachesAClientThatIsStillSending(String version) throws IOException {
        var refused = "POST /messages HTTP/" + version + "\r\nHost: HOST\r\nContent-Type: text/plain\r\n";
        for (int i = 0; i < 5; i++) {
            try (var client = Http1Socket.connect(server, 0)) {
                client.sendRaw(refused + "Content-Length: 60000\r\n\r\n" + "x".repeat(20_000), 100_000);
                var answer = client.response();
                client.sendRaw("x".repeat(40_000), 1_000);

                assertEquals(415, status(answer));
                assertNull(client.response(), "an end, and no reset");
            }
        }
    }
}
