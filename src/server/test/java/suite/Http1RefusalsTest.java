package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Http1FramingTest.assertProblem;
import static suite.Http1FramingTest.status;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Heads of HTTP/1.1 requests that no server may accept, and odd ones that every server must (RFC 9112, 2 to 5).
 *
 * <p><b>Length:</b> half of it is a table.
 */
final class Http1RefusalsTest {

    private static final String GOOD = "GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n";

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with();

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    static Stream<Arguments> heads() {
        var lines = Stream.of(
                "400 GET",
                "400 GET /healthz",
                "400 GET HTTP/1.1",
                "400  GET /healthz HTTP/1.1",
                "400 GET  /healthz HTTP/1.1",
                "400 GET /healthz  HTTP/1.1",
                "400 GET /healthz HTTP/1.1 ",
                "400 GET\t/healthz HTTP/1.1",
                "400 GET /health z HTTP/1.1",
                "400 G(T /healthz HTTP/1.1",
                "400 G\u00c4T /healthz HTTP/1.1",
                "400 G\u0000T /healthz HTTP/1.1",
                "400 \u0000\u0001\u0002\u0003",
                "400 GET /healthz http/1.1",
                "400 GET /healthz HTTP/1",
                "400 GET /healthz HTTP/1.",
                "400 GET /healthz HTTP/1.10",
                "400 GET /healthz HTTP/11",
                "400 GET /healthz HTTP/a.b",
                "400 GET /healthz HTTP/-1.1",
                "400 GET /healthz XTTP/1.1",
                "505 GET /healthz HTTP/0.9",
                "505 GET /healthz HTTP/2.0",
                "505 GET /healthz HTTP/3.0",
                "505 PRI * HTTP/2.0",
                "400 GET healthz HTTP/1.1",
                "400 GET localhost:8443 HTTP/1.1",
                "400 GET * HTTP/1.1",
                "400 OPTIONS ** HTTP/1.1",
                "400 GET ?a=b HTTP/1.1",
                "400 GET https:/healthz HTTP/1.1",
                "400 GET https:///healthz HTTP/1.1",
                "400 GET ftp://HOST/healthz HTTP/1.1",
                "400 GET https://user@HOST/healthz HTTP/1.1",
                "400 GET https://HOST:99999/healthz HTTP/1.1",
                "400 GET https://a%zz/healthz HTTP/1.1",
                "400 GET /healthz#top HTTP/1.1",
                "400 GET /health\u00e4 HTTP/1.1",
                "400 GET /health\u007f HTTP/1.1",
                "400 GET /a|b HTTP/1.1",
                "400 GET /?{a}^`\\ HTTP/1.1",
                "400 GET /<a>\" HTTP/1.1",
                "400 GET /% HTTP/1.1",
                "400 GET /%zz HTTP/1.1",
                "400 GET /?a=%a HTTP/1.1",
                "501 CONNECT HOST HTTP/1.1",
                "501 CONNECT /healthz HTTP/1.1",
                "501 " + "G".repeat(100) + " /healthz HTTP/1.1",
                "414 GET /" + "a".repeat(30_000) + " HTTP/1.1",
                "414 GET /?" + "a".repeat(30_000) + " HTTP/1.1",
                "414 GET /?" + "a&".repeat(2_000) + " HTTP/1.1",
                "414 " + "G".repeat(30_000) + " /healthz HTTP/1.1");
        var fields = Stream.of(
                "400 x:y", // HTTP/1.1 without Host.
                "400 Host:",
                "400 Host: HOST\r\nHost: HOST",
                "400 Host: HOST\r\nhOST: other",
                "400 Host: HOST, HOST",
                "400 Host: a b",
                "400 Host: user@HOST",
                "400 Host: https://HOST",
                "400 Host: HOST/",
                "400 Host: a:b",
                "400 Host: a:1:2",
                "400 Host: a:-1",
                "400 Host: a:0",
                "400 Host: a:99999",
                "400 Host: [::1",
                "400 Host: ::1",
                "400 Host: [::1]x",
                "400 Host: [:::1]",
                "400 Host: [g::1]",
                "400 Host: a%",
                "400 Host: a%zz",
                "400 Host: \u00e4",
                "400 Host: a\u0000",
                "400 Host: \"a\"",
                "400 Host : HOST",
                "400 Host: HOST\r\nx : y",
                "400 Host: HOST\r\nx\t: y",
                "400 Host: HOST\r\nx",
                "400 Host: HOST\r\n: y",
                "400 Host: HOST\r\nx y: z",
                "400 Host: HOST\r\n(x): y",
                "400 Host: HOST\r\n\u00e4: y",
                "400 Host: HOST\r\nx: y\r\n z",
                "400 Host: HOST\r\nx: y\r\n\tz",
                "400  Host: HOST",
                "400 Host:\r\n HOST",
                "400 Host: HOST\r\n ",
                "400 Host: HOST\r\nx: a\rb",
                "400 Host: HOST\r\nx: a\r\rb: c",
                "400 Host: HOST\r\nx: a\nb: c",
                "400 Host: HOST\nx: a",
                "400 Host: HOST\r\nx: a\u0000b",
                "400 Host: HOST\r\nx: a\u0001b",
                "400 Host: HOST\r\nx: a\u001bb",
                "400 Host: HOST\r\nx: a\u007fb",
                "400 Host: HOST\r\nx\u0000y: a",
                "417 Host: HOST\r\nExpect: x",
                "417 Host: HOST\r\nExpect: 100-continue, x",
                "417 Host: HOST\r\nExpect: 200-ok",
                "431 Host: HOST\r\nx: " + "a".repeat(30_000),
                "431 Host: HOST\r\n" + "a".repeat(30_000) + ": x",
                "431 Host: HOST\r\n" + "x: y\r\n".repeat(300) + "x: y",
                "431 Host: HOST\r\nCookie: " + "a=b; ".repeat(6_000) + "c=d");
        return Stream.concat(
                        lines.map(line -> line + "\r\nHost: HOST"),
                        fields.map(line -> line.substring(0, 4) + "GET /healthz HTTP/1.1\r\n" + line.substring(4)))
                .map(line -> Arguments.of(Integer.parseInt(line.substring(0, 3)), line.substring(4)));
    }

    @LikelyCause("A request that is none is served, or refused without a word that says what to do.")
    @ParameterizedTest
    @MethodSource("heads")
    void malformedHeadIsRefusedAfterWhatCameBeforeIt(int status, String head) throws IOException {
        for (int piece : head.length() < 200 ? new int[] {100_000, 1} : new int[] {100_000}) {
            try (var client = Http1Socket.connect(server, 0)) {
                client.sendRaw(GOOD + GOOD + head + "\r\n\r\n" + GOOD, piece);

                assertServed(client, 2);
                assertProblem(status, client.response());
                assertNull(client.response(), "nothing is answered after it, and the connection ends");
            }
        }
    }

    @LikelyCause("HEAD is answered with a body where it is refused, and the next answer is read from there.")
    @Test
    void refusalOfAHeadRequestHasNoBody() throws IOException {
        try (var client = Http1Socket.connect(server, 0)) {
            client.sendRaw("HEAD /healthz HTTP/1.1\r\n\r\n", 100);

            var head = client.head();
            assertEquals(400, head.status());
            assertEquals("close", head.fields().get("connection"));
            assertEquals(0, client.readSome(1).length);
        }
    }

    @LikelyCause("What RFC 9112 allows is refused.")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /healthz HTTP/1.2\r\nHost: HOST",
                "GET /healthz HTTP/1.9\r\nHost: HOST",
                "\r\n\r\nGET /healthz HTTP/1.1\r\nHost: HOST",
                "GET /healthz HTTP/1.1\r\nhOST:HOST",
                "GET /healthz HTTP/1.1\r\nHost:\t HOST \t",
                "GET /healthz HTTP/1.1\r\nHost: localhost",
                "GET /healthz HTTP/1.1\r\nHost: localhost:",
                "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:8443",
                "GET /healthz HTTP/1.1\r\nHost: [::1]:8443",
                "GET /healthz HTTP/1.1\r\nHost: a%20b_c.test",
                "GET /healthz HTTP/1.1\r\nHost: HOST\r\nx:\r\ny: a\tb \u00e4",
                "GET /healthz HTTP/1.1\r\nHost: HOST\r\n!#$%&'*+-.^_`|~1a: b",
                "GET https://HOST/healthz HTTP/1.1\r\nHost: HOST",
                "GET https://HOST/healthz HTTP/1.1\r\nHost: other",
                "GET HTTPS://localhost/healthz?a=b HTTP/1.1\r\nHost: HOST",
                "GET http://HOST/healthz HTTP/1.1\r\nHost: HOST",
                "GET https://HOST/healthz HTTP/1.0\r\nConnection: keep-alive",
                "GET /healthz HTTP/1.0\r\nConnection: keep-alive",
                "GET /healthz HTTP/1.0\r\nConnection: a, Keep-Alive",
                "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\nExpect: x",
                "GET /healthz HTTP/1.1\r\nHost: HOST\r\nExpect: 100-CONTINUE",
                "GET /healthz HTTP/1.1\r\n"
                        + "Host: HOST\r\n"
                        + "Upgrade: h2c\r\n"
                        + "HTTP2-Settings: AAMAAABk\r\n"
                        + "Connection: Upgrade",
                "GET /healthz HTTP/1.1\r\nHost: HOST\r\nTE: gzip, trailers\r\nConnection: te",
                "GET /healthz?a=%20&b[]=c;d:@!$'()*+,= HTTP/1.1\r\nHost: HOST"
            })
    void oddHeadIsAnsweredAndTheConnectionGoesOn(String head) throws IOException {
        for (int piece : new int[] {100_000, 1}) {
            try (var client = Http1Socket.connect(server, 0)) {
                client.sendRaw(head + "\r\n\r\n" + GOOD, piece);

                assertServed(client, 2);
            }
        }
    }

    @LikelyCause("A connection goes on that its client means to end, or the other way about (RFC 9112, 9.3).")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1\r\nHost: HOST\r\nConnection: close",
                "1.1\r\nHost: HOST\r\nConnection: x, CLOSE",
                "1.1\r\nHost: HOST\r\nConnection: keep-alive\r\nConnection: close",
                "1.1\r\nHost: HOST\r\nConnection: close, keep-alive",
                "1.0",
                "1.0\r\nHost: HOST\r\nConnection: x",
                "1.0\r\nConnection: close, keep-alive"
            })
    void connectionEndsWhenItsClientSaysSo(String rest) throws IOException {
        try (var client = Http1Socket.connect(server, 0)) {
            client.sendRaw("GET /healthz HTTP/" + rest + "\r\n\r\n" + GOOD, 100_000);

            var answer = client.response();
            assertEquals(200, status(answer));
            assertEquals("close", answer.head().fields().get("connection"));
            assertNull(client.response());
        }
    }

    @LikelyCause("A path that Undertow takes for something else is refused without a word.")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "//",
                "//healthz",
                "/./healthz",
                "/a/../healthz",
                "/../..",
                "/healthz;a=b",
                "/;",
                "/%2e%2e/",
                "/%00",
                "/%ff",
                "/?%ff",
                "/??",
                "/?&&=",
                "/https://a/"
            })
    void oddPathIsAnsweredInWords(String path) throws IOException {
        try (var client = Http1Socket.connect(server, 0)) {
            client.sendRaw("GET " + path + " HTTP/1.1\r\nHost: HOST\r\n\r\n" + GOOD, 100_000);

            var answer = client.response();
            assertTrue(answer.body().length() > 2, answer.toString());
            assertServed(client, 1);
        }
    }

    @LikelyCause("OPTIONS * asks for a page that is called *.")
    @Test
    void optionsOfTheServerAreAnswered() throws IOException {
        try (var client = Http1Socket.connect(server, 0)) {
            client.sendRaw("OPTIONS * HTTP/1.1\r\nHost: HOST\r\n\r\n", 100);

            var head = client.head();
            assertEquals(204, head.status());
            assertTrue(head.fields().get("allow").contains("POST"), head.toString());
        }
    }

    @LikelyCause("A client that is refused while it sends is reset, and never sees why (RFC 9112, 9.6).")
    @Test
    void refusalReachesAClientThatIsStillSending() throws IOException {
        try (var client = Http1Socket.connect(server, 0)) {
            client.sendRaw("GET / HTTP/1.1\r\n\r\n" + "x".repeat(1_000_000), 16_000);

            assertProblem(400, client.response());
            assertNull(client.response());
        }
    }

    private static void assertServed(Http1Socket client, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            assertEquals("ok\n", client.response().body());
        }
    }
}
