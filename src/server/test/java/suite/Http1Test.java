package suite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.1, for clients that know nothing else: ALPN falls back to it; all but the number of streams is the same. */
final class Http1Test {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0",
            "PUSH_HEARTBEAT_MS", "300",
            "PUSH_BODY_MS", "2000");

    private static final OkHttpClient CLIENT = Clients.http1();

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @AfterAll
    static void close() {
        Clients.close(CLIENT);
    }

    @LikelyCause("ALPN does not prefer HTTP/2, or has no fallback.")
    @Test
    void clientThatKnowsBothGetsHttp2() throws IOException {
        assertEquals("h2", negotiated("http/1.1", "h2"));
        assertEquals("h2", negotiated("h2"));
        assertEquals("http/1.1", negotiated("http/1.1"));
    }

    @LikelyCause("A client that knows neither protocol is served one that it did not name.")
    @Test
    void clientThatKnowsNeitherIsTurnedAway() throws IOException {
        String agreed;
        try {
            agreed = negotiated("spdy/3");
        } catch (SSLException | SocketException e) {
            agreed = ""; // RFC 7301, 3.2: no_application_protocol; in TLS 1.3 the JDK's alert may be lost on the way.
        }

        assertEquals("", agreed);
    }

    @LikelyCause("A client that shakes hands and says nothing more holds a socket for ever.")
    @ParameterizedTest
    @ValueSource(strings = {"h2", "http/1.1"})
    void clientThatSaysNothingIsLetGo(String protocol) throws IOException {
        try (var socket = connect(protocol)) {
            socket.startHandshake();

            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @LikelyCause("Half the head of a request, and a socket is kept for ever.")
    @Test
    void halfAHeadIsGivenUp() throws IOException {
        try (var socket = connect("http/1.1")) {
            socket.getOutputStream().write("GET / HT".getBytes(ISO_8859_1));

            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @LikelyCause("The response is held back until a buffer is full, or ends after the first piece.")
    @ParameterizedTest
    @EnumSource(names = {"NDJSON", "SSE"})
    void streamIsOpenAndLive(Format format) {
        var stream = server.open(CLIENT, format);
        assertEquals(Protocol.HTTP_1_1, stream.protocol());
        assertEquals("new", stream.next("start").text("reason"));

        var id = server.post("ann", "over HTTP/1.1 as " + format);

        assertEquals(
                id,
                stream.messagesUpTo("over HTTP/1.1 as " + format).get(0).id().isEmpty() ? "" : id);
        stream.next("heartbeat", Duration.ofSeconds(3));
        assertEquals(List.of("over HTTP/1.1 as " + format), bystanders.texts());
        stream.close();
    }

    @LikelyCause("POST works over HTTP/2 only.")
    @Test
    void messageIsTakenAndItsAnswerLeavesTheConnectionOpen() {
        for (int i = 0; i < 3; i++) {
            var answer = server.request(
                    CLIENT,
                    server.at("/messages").post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"hi " + i + "\"}")));
            assertEquals(201, answer.status(), answer.toString());
            assertEquals(Protocol.HTTP_1_1, answer.protocol());
        }

        assertEquals(List.of("hi 0", "hi 1", "hi 2"), bystanders.texts());
    }

    @LikelyCause("The end of an HTTP/1.1 connection is not noticed: its stream stays for ever.")
    @Test
    void clientThatLeavesIsForgotten() {
        long tcp = server.status().closed("tcp");
        var stream = server.open(CLIENT, Format.NDJSON);
        stream.next("start");

        stream.close();

        server.awaitStatus(status -> status.closed("tcp") == tcp + 1, "one more closed as tcp", Deadline.PATIENCE);
    }

    @LikelyCause("The whole body is awaited before it is refused.")
    @Test
    void bodyThatNeverEndsIsAnsweredAndItsConnectionEnded() throws IOException {
        var answer = talk("POST /messages HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n"
                + "Content-Length: 100000\r\n\r\n{");

        assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
    }

    @LikelyCause("A client that asks before it sends a body is told nothing, and waits (RFC 9110, 10.1.1).")
    @Test
    void bodyThatIsAnnouncedIsAskedFor() throws IOException {
        try (var socket = connect("http/1.1")) {
            socket.getOutputStream()
                    .write(("POST /messages HTTP/1.1\r\nHost: localhost:" + server.port()
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 24\r\n"
                                    + "Expect: 100-continue\r\nConnection: close\r\n\r\n")
                            .getBytes(ISO_8859_1));
            var first = new String(socket.getInputStream().readNBytes(12), ISO_8859_1);
            socket.getOutputStream().write("{\"user\":\"ann\",\"text\":\"\"}".getBytes(ISO_8859_1));
            var rest = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);

            assertEquals("HTTP/1.1 100", first);
            assertTrue(rest.contains("\r\n\r\nHTTP/1.1 422 "), rest);
        }
    }

    @LikelyCause("ALPN is answered by a look at ciphers of TLS 1.2, and those of TLS 1.3 are taken for bad ones.")
    @Test
    void clientOfTls13AloneGetsHttp2() throws IOException {
        try (var socket = connect("h2", "http/1.1")) {
            socket.setEnabledProtocols(new String[] {"TLSv1.3"});
            socket.startHandshake();

            assertEquals("h2", socket.getApplicationProtocol());
        }
    }

    @LikelyCause("A slow body is waited for as long as it likes.")
    @Test
    void bodyThatDoesNotComeIsGivenUp() throws IOException {
        var answer = talk("POST /messages HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n"
                + "Content-Length: 100\r\n\r\n{");

        assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
    }

    @LikelyCause("Where one request ends and the next begins is read in two ways (request smuggling, RFC 9112, 6.3).")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 26\r\nContent-Length: 27",
                "Content-Length: 26\r\nTransfer-Encoding: chunked",
                "Content-Length: abc",
                "Content-Length: -26",
                "Content-Length: 99999999999999999999999",
                "Transfer-Encoding: x",
                "Transfer-Encoding: chunked, identity"
            })
    void bodyOfTwoLengthsStoresNothing(String fields) throws IOException {
        var answer =
                talk("POST /messages HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + fields
                        + "\r\n\r\n{\"user\":\"eve\",\"text\":\"hi\"}GET /status HTTP/1.1\r\nHost: HOST\r\n\r\n");

        assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1.1 [45].*"), answer);
    }

    @LikelyCause("What is not HTTP is answered by a stack trace, or not at all.")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET\r\n\r\n",
                "GET / HTTP/1.1\r\nX: LONG\r\nConnection: close\r\n\r\n",
                "GET /LONG HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
                "\u0000\u0001\u0002\u0003\r\n\r\n",
                "GET /% HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"
            })
    void whatIsNoRequestIsRefused(String request) throws IOException {
        var answer = talk(request.replace("LONG", "x".repeat(2_000_000)));

        assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1.1 [45].*"), answer);
    }

    private static String negotiated(String... protocols) throws IOException {
        try (var socket = connect(protocols)) {
            socket.startHandshake();
            return socket.getApplicationProtocol();
        }
    }

    /** Sends this, and returns everything that comes until the server ends the connection. */
    private static String talk(String request) throws IOException {
        try (var socket = connect("http/1.1")) {
            try {
                socket.getOutputStream()
                        .write(request.replace("HOST", "localhost:" + server.port())
                                .getBytes(ISO_8859_1));
                return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            } catch (SocketTimeoutException e) {
                throw new AssertionError(
                        "the server must end the connection after \"" + MalformedRecord.quote(request) + "\"", e);
            } catch (IOException e) {
                return ""; // Reset: refused.
            }
        }
    }

    private static SSLSocket connect(String... protocols) throws IOException {
        var socket = (SSLSocket) Trust.inTheServer().sockets().createSocket("localhost", server.port());
        socket.setSoTimeout(Deadline.patienceMs());
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        return socket;
    }
}
