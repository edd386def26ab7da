package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The end of the body of an HTTP/1.1 request: transfer codings, lengths and chunks (RFC 9112, 6 and 7).
 *
 * <p><b>Length:</b> half of it is tables.
 */
final class Http1FramingTest {

    private static final String POST = "POST /messages HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n";
    private static final String JSON = "{\"user\":\"eve\",\"text\":\"hi\"}"; // 0x1a bytes.
    private static final String CHUNK = "1a\r\n" + JSON + "\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
    private static final String NEXT = "GET /status HTTP/1.1\r\nHost: HOST\r\n\r\n";

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    static Stream<Arguments> codings() {
        return Stream.of(
                        "400 Transfer-Encoding: gzip",
                        "400 Transfer-Encoding: identity",
                        "400 Transfer-Encoding: x",
                        "400 Transfer-Encoding:",
                        "400 Transfer-Encoding: ,",
                        "400 Transfer-Encoding: chunked, identity",
                        "400 Transfer-Encoding: chunked, gzip",
                        "400 Transfer-Encoding: chunked, chunked",
                        "400 Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                        "400 Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                        "400 Transfer-Encoding: chunked, gzip, chunked",
                        "400 Transfer-Encoding: chunked;q=1",
                        "400 Transfer-Encoding: chunked chunked",
                        "400 Transfer-Encoding: xchunked",
                        "400 Transfer-Encoding: chunkedx",
                        "400 Transfer-Encoding: \"chunked\"",
                        "400 Transfer-Encoding: 'chunked'",
                        "400 Transfer-Encoding: chunked\u00a0",
                        "400 Transfer-Encoding: \u000bchunked",
                        "400 Transfer-Encoding: chunked\u0000",
                        "400 Transfer-Encoding : chunked",
                        "400 Transfer-Encoding\t: chunked",
                        "400 Transfer-Encoding:\r\n chunked",
                        "400 Transfer-Encoding: chunked\r\nContent-Length: 5",
                        "400 Content-Length: 5\r\nTransfer-Encoding: chunked",
                        "400 Content-Length: 5\r\nTransfer-Encoding: identity",
                        "501 Transfer-Encoding: gzip, chunked",
                        "501 Transfer-Encoding: identity, chunked",
                        "501 Transfer-Encoding: x;y=\"a,b\", chunked",
                        "501 Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
                        "400 Content-Length: 5, 5",
                        "400 Content-Length: 5\r\nContent-Length: 5",
                        "400 Content-Length: 5\r\nContent-Length: 6",
                        "400 Content-Length: 5, 6",
                        "400 Content-Length:",
                        "400 Content-Length: +5",
                        "400 Content-Length: -5",
                        "400 Content-Length: 5.0",
                        "400 Content-Length: 0x5",
                        "400 Content-Length: 5 5",
                        "400 Content-Length: 5;",
                        "400 Content-Length: five",
                        "400 Content-Length: \u00b2",
                        "400 Content-Length : 5",
                        "413 Content-Length: 99999999999999999999999",
                        "413 Content-Length: 9223372036854775808",
                        "413 Content-Length: 18446744073709551617")
                .map(line -> Arguments.of(Integer.parseInt(line.substring(0, 3)), line.substring(4)));
    }

    @LikelyCause(
            "Where a request ends is read in two ways, by a proxy and by the server (request smuggling, RFC 9112, 6.3).")
    @ParameterizedTest
    @MethodSource("codings")
    void framingInDoubtIsRefused(int status, String fields) throws IOException {
        for (var version : status == 501 ? List.of("1.1") : List.of("1.1", "1.0")) {
            var request = POST.replace("1.1", version) + fields + "\r\n\r\n" + CHUNK + "0\r\n\r\n";
            for (int piece : new int[] {100_000, 3}) {
                assertRefused(status, request, piece);
            }
        }
    }

    @LikelyCause("HTTP/1.0 has no transfer codings: a proxy of 1.0 reads another body (RFC 9112, 6.1).")
    @Test
    void http10HasNoTransferEncoding() throws IOException {
        assertRefused(400, POST.replace("1.1", "1.0") + CHUNKED + CHUNK + "0\r\n\r\n", 100_000);
    }

    static Stream<Arguments> chunks() {
        return Stream.of(
                        "400 \r\n",
                        "400 -1a\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 +1a\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 0x1a\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1ag\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 \u00b2\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400  1a\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a \r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1 a\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a\t\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a\r" + JSON + "\r\n0\r\n\r\n",
                        "400 1a\r\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a;\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a;=b\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a;a=\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a;a=\"b\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a;a b\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a;a\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a;a=\"\n\"\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a;a\u0000\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a,a\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1a\r\n" + JSON + "\n0\r\n\r\n",
                        "400 1a\r\n" + JSON + "0\r\n\r\n",
                        "400 1a\r\n" + JSON + "\r0\r\n\r\n",
                        "400 19\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 1b\r\n" + JSON + "\r\n0\r\n\r\n",
                        "400 " + CHUNK + "0\n\r\n",
                        "400 " + CHUNK + "0\r\n\n",
                        "400 " + CHUNK + "0\r\n\rx",
                        "400 " + CHUNK + "0\r\n\u0000",
                        "400 " + CHUNK + "-0\r\n\r\n",
                        "400 " + CHUNK + "0\r\nno trailer\r\n\r\n",
                        "400 " + CHUNK + "0\r\n: x\r\n\r\n",
                        "400 " + CHUNK + "0\r\na : x\r\n\r\n",
                        "400 " + CHUNK + "0\r\na: x\r\n folded\r\n\r\n",
                        "400 " + CHUNK + "0\r\na: x\nb: y\r\n\r\n",
                        "413 100000000\r\n" + JSON,
                        "413 ffffffffffffffff\r\n" + JSON,
                        "413 1000000000000001a\r\n" + JSON + "\r\n0\r\n\r\n",
                        "413 1a;" + "a".repeat(5_000) + "\r\n" + JSON + "\r\n0\r\n\r\n",
                        "413 1a;a=" + "\"" + "b".repeat(60_000),
                        "413 " + ("1;" + "a".repeat(100) + "\r\n \r\n").repeat(60) + CHUNK + "0\r\n\r\n",
                        "413 " + "0".repeat(5_000) + "1a\r\n" + JSON + "\r\n0\r\n\r\n",
                        "431 " + CHUNK + "0\r\na: " + "b".repeat(30_000) + "\r\n\r\n",
                        "431 " + CHUNK + "0\r\n" + "a: b\r\n".repeat(300) + "\r\n")
                .map(line -> Arguments.of(Integer.parseInt(line.substring(0, 3)), line.substring(4)));
    }

    @LikelyCause("A chunk that is malformed is read as something, or its request gets no answer (RFC 9112, 7.1).")
    @ParameterizedTest
    @MethodSource("chunks")
    void malformedChunkIsRefused(int status, String body) throws IOException {
        assertRefused(status, POST + CHUNKED + body, 100_000);
        if (body.length() < 200) {
            assertRefused(status, POST + CHUNKED + body, 1);
        }
    }

    @LikelyCause("The body of a GET has no meaning, so the server does not look where it ends.")
    @ParameterizedTest
    @ValueSource(strings = {"GET /healthz", "GET /messages", "GET /nowhere", "DELETE /messages", "OPTIONS *"})
    void malformedBodyOfAnyRequestIsRefused(String start) throws IOException {
        assertRefused(400, start + " HTTP/1.1\r\nHost: HOST\r\n" + CHUNKED + "zz\r\n", 100_000);
    }

    @LikelyCause("A body that is cut short is stored, or its request gets no answer (RFC 9112, 8).")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 27\r\n\r\n" + JSON,
                CHUNKED,
                CHUNKED + "1",
                CHUNKED + "1a\r\n",
                CHUNKED + "1b\r\n" + JSON,
                CHUNKED + CHUNK,
                CHUNKED + CHUNK + "0\r\n",
                CHUNKED + CHUNK + "0\r\na: b\r\n"
            })
    void bodyThatIsCutIsRefused(String rest) throws IOException {
        try (var client = Http1Socket.connect(server, 0)) {
            client.sendRaw(POST + rest, 100_000).fin();

            assertProblem(400, client.response());
            assertNull(client.response());
        }
    }

    static Stream<String> good() {
        var body = "\r\n\r\n" + CHUNK + "0\r\n\r\n";
        return Stream.of(
                "Transfer-Encoding: chunked" + body,
                "Transfer-Encoding: CHUNKED" + body,
                "tRANSFER-eNCODING:cHuNkEd" + body,
                "Transfer-Encoding: \t chunked \t" + body,
                "Transfer-Encoding: , chunked ,," + body,
                "Transfer-Encoding:\r\nTransfer-Encoding: chunked" + body,
                "Trailer: a\r\nTE: trailers\r\nConnection: TE\r\n" + CHUNKED + CHUNK + "0\r\na: b\r\nc:\r\n\r\n",
                CHUNKED + "1A;a;b=c ; d = \"e;\\\" f\"\r\n" + JSON + "\r\n000\r\n\r\n",
                CHUNKED + "0001a\r\n" + JSON + "\r\n0;last=1\r\n\r\n",
                CHUNKED + "1\r\n{\r\n19\r\n" + JSON.substring(1) + "\r\n0\r\n\r\n",
                "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings\r\n" + CHUNKED
                        + CHUNK + "0\r\n\r\n",
                "Content-Length: 26\r\n\r\n" + JSON,
                "Content-Length:\t26 \r\n\r\n" + JSON,
                "Content-Length: 0000000000000000000000000026\r\n\r\n" + JSON);
    }

    @LikelyCause("What RFC 9112 allows is refused.")
    @ParameterizedTest
    @MethodSource("good")
    void bodyThatIsWellFramedIsStored(String rest) throws IOException {
        for (int piece : new int[] {100_000, 1}) {
            try (var client = Http1Socket.connect(server, 0)) {
                client.sendRaw(POST + rest + NEXT, piece);

                var first = client.response();
                assertEquals(201, status(first), rest);
                assertEquals(200, status(client.response()), "the request behind it");
            }
        }
        assertEquals(List.of("hi", "hi"), bystanders.texts());
    }

    private static void assertRefused(int status, String request, int piece) throws IOException {
        try (var client = Http1Socket.connect(server, 0)) {
            client.sendRaw("GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n", 100_000);
            client.sendRaw(request + NEXT, piece);

            var first = client.response();
            assertEquals(200, status(first), "the request before it");
            assertProblem(status, client.response());
            assertNull(client.response(), "nothing is answered after it, and the connection ends");
        }
    }

    static void assertProblem(int status, Http1Socket.Response answer) {
        assertEquals(status, status(answer));
        assertEquals("application/problem+json", answer.head().fields().get("content-type"));
        assertEquals("close", answer.head().fields().get("connection"));
        assertTrue(answer.body().matches("\\{.*\"status\":" + status + ",\"detail\":\".{20,}\"}"), answer.body());
    }

    static int status(Http1Socket.Response answer) {
        assertNotNull(answer, "the connection ended without an answer");
        return answer.head().status();
    }
}
