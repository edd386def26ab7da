package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A malformed request is an error of its stream (RFC 9113, 8.1.1). Behind a proxy a connection belongs to many users, so one
 * of them must not be able to end it for the others.
 */
final class MalformedRequestTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    /** Returns whole requests, as alternating names and values; AUTHORITY stands for the server's. */
    static Stream<Arguments> requests() {
        return Stream.of(
                path("a percent sign in the query that encodes nothing", "/healthz?x=%zz"),
                path("a percent sign at the end", "/healthz?x=%"),
                path("half a percent-encoding", "/healthz?x=%4"),
                path("a percent sign in a parameter's name", "/healthz?%zz=1"),
                path("a percent sign in the path", "/%zz"),
                path("a percent sign in an id", "/messages/%zz-1"),
                path("percent-encoded bytes that are no UTF-8", "/messages?lastEventId=%ff%fe"),
                path("an overlong slash", "/%c0%afetc"),
                path("an empty path", ""),
                path("a path without a slash", "healthz"),
                path("a path with a blank", "/health z"),
                path("a path that is a URL", "http://localhost/healthz"),
                path("a path beyond ASCII", "/h\u00e9"),
                path("a path with a line feed", "/a\nb"),
                path("an asterisk", "*"),
                authority("no authority and no Host", null),
                authority("an empty authority", ""),
                authority("an authority with a user", "eve@localhost"),
                authority("an authority with a blank", "local host"),
                authority("a port that is no number", "localhost:x"),
                authority("a port that is too large", "localhost:99999"),
                authority("a slash in the authority", "localhost/x"),
                more("a Host that is another", "host", "elsewhere"),
                more("two Hosts", "host", "localhost", "host", "localhost"),
                more("content-length: 23, 23", "content-length", "23, 23"),
                more("a Content-Length twice", "content-length", "0", "content-length", "0"),
                more("a Content-Length that is a word", "content-length", "many"),
                more("a Content-Length below zero", "content-length", "-1"),
                more("a Content-Length and no body", "content-length", "2"),
                more("an empty Content-Length", "content-length", ""),
                more("Transfer-Encoding", "transfer-encoding", "chunked"),
                more("Connection", "connection", "close"),
                more("Keep-Alive", "keep-alive", "timeout=5"),
                more("Upgrade", "upgrade", "websocket"),
                more("TE that is not trailers", "te", "gzip"),
                more("a name in capitals", "X-Upper", "1"),
                more("a name with a blank", "x y", "1"),
                more("a name with a colon", "x:y", "1"),
                more("a name beyond ASCII", "x\u00e9", "1"),
                more("a value with CR LF", "x-a", "1\r\nx-b: 2"),
                more("a value with a line feed", "x-a", "1\n2"),
                more("a value with NUL", "x-a", "1\0002"),
                more("a value that begins with a blank", "x-a", " 1"),
                more("a cookie with a line feed", "cookie", "a=1\nb=2"),
                more("an unknown pseudo-header", ":x", "1"),
                more("a response's pseudo-header", ":status", "200"),
                more("a pseudo-header behind a header", "x-a", "1", ":method", "GET"),
                more("the path twice", ":path", "/healthz"),
                more("more fields than may be", many()),
                more("fields of 25,000 bytes", "x-a", "a".repeat(12_500), "x-b", "b".repeat(12_500)),
                more("a cookie of 25,000 bytes", "cookie", "a".repeat(25_000)),
                without("no method", ":method"),
                without("no scheme", ":scheme"),
                without("no path", ":path"));
    }

    @LikelyCause("The server answers a malformed request by ending the connection, and all its other streams with it.")
    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void malformedRequestEndsNothingButItself(String name, List<String> fields) {
        var client = server.raw();
        var held = client.open(Format.NDJSON);
        held.next("start");
        var block = Hpack.encode(fields.stream()
                .map(field -> field.equals("AUTHORITY") ? client.authority() : field)
                .toArray(String[]::new));

        send(client, 3, block, Frame.END_STREAM);

        var refusal = Refusal.of(client, 3);
        assertTrue(refusal.refused(), () -> name + " was answered " + refusal);
        assertAlive(client, held, name);
    }

    @LikelyCause("Host and :authority are compared as strings: RFC 9113, section 8.3.1, normalizes them first.")
    @ParameterizedTest(name = "{0} and {1}")
    @CsvSource({
        "localhost, localhost:443",
        "localhost:443, localhost",
        "LOCALHOST:, localhost:443",
        "[::1], [0:0:0:0:0:0:0:1]:443"
    })
    void hostThatIsTheAuthorityInAnotherSpellingIsNoContradiction(String authority, String host) {
        var client = server.raw();
        var fields = new String[] {
            ":method", "GET", ":scheme", "https", ":authority", authority, ":path", "/healthz", "host", host
        };

        send(client, 1, Hpack.encode(fields), Frame.END_STREAM);

        assertFalse(Refusal.of(client, 1).refused(), () -> client.frames().toString());
    }

    static Stream<Arguments> trailers() {
        return Stream.of(
                arguments("with a pseudo-header", Frame.END_STREAM, new String[] {":path", "/"}),
                arguments("with Transfer-Encoding", Frame.END_STREAM, new String[] {"transfer-encoding", "chunked"}),
                arguments("with a name in capitals", Frame.END_STREAM, new String[] {"X-Sum", "1"}),
                arguments("with a Content-Length", Frame.END_STREAM, new String[] {"content-length", "x"}),
                arguments("without an end", 0, new String[] {"x-sum", "1"}));
    }

    @LikelyCause("What follows a body is checked less than what goes before it, or ends the connection.")
    @ParameterizedTest(name = "{0}")
    @MethodSource("trailers")
    void malformedTrailersEndNothingButTheirRequest(String name, int flags, String[] fields) {
        var client = server.raw();
        var held = client.open(Format.NDJSON);
        held.next("start");
        int post = client.request("POST", "/messages", false, "content-type", "application/json");

        send(client, post, Hpack.encode(fields), flags);

        var refusal = Refusal.of(client, post);
        assertTrue(refusal.refused(), () -> "trailers " + name + " were answered " + refusal);
        assertAlive(client, held, name);
    }

    @LikelyCause("The rest of a request that was answered early is taken for a breach of the protocol.")
    @Test
    void trailersOfARequestThatWasAnsweredEarlyEndNothing() {
        var client = server.raw();
        var held = client.open(Format.NDJSON);
        held.next("start");
        int post = client.request("POST", "/messages", false, "content-type", "text/plain");
        client.await(frame -> frame.is(Frame.RST_STREAM, post), "the request to be stopped");

        send(client, post, Hpack.encode("x-sum", "1"), Frame.END_STREAM);

        assertAlive(client, held, "late trailers");
    }

    private static void send(RawClient client, int stream, byte[] block, int flags) {
        int first = Math.min(block.length, 16_000);
        boolean one = first == block.length;
        var begin =
                new Frame(Frame.HEADERS, flags | (one ? Frame.END_HEADERS : 0), stream, Arrays.copyOf(block, first));
        if (one) {
            client.send(begin);
        } else {
            var rest = Arrays.copyOfRange(block, first, block.length);
            client.send(begin, new Frame(Frame.CONTINUATION, Frame.END_HEADERS, stream, rest));
        }
    }

    private void assertAlive(RawClient client, Recorder held, String name) {
        server.post("eve", name);
        held.messagesUpTo(name);
        assertEquals(List.of(name), bystanders.texts());
        assertFalse(Refusal.goneAway(client), () -> name + " must not end the connection: " + client.frames());
        held.cancel();
        client.ping(77);
        client.awaitPong(77);
        client.close();
        server.awaitOpen(bystanders.count());
    }

    private static Arguments path(String name, String path) {
        return arguments(name, List.of(":method", "GET", ":scheme", "https", ":authority", "AUTHORITY", ":path", path));
    }

    private static Arguments authority(String name, String authority) {
        var fields = List.of(":method", "GET", ":scheme", "https", ":path", "/healthz");
        return arguments(name, authority == null ? fields : join(fields, ":authority", authority));
    }

    private static Arguments more(String name, String... more) {
        return arguments(
                name,
                join(
                        List.of(":method", "GET", ":scheme", "https", ":authority", "AUTHORITY", ":path", "/healthz"),
                        more));
    }

    private static Arguments without(String name, String absent) {
        var fields = List.of(":method", "GET", ":scheme", "https", ":authority", "AUTHORITY", ":path", "/healthz");
        int at = fields.indexOf(absent);
        return arguments(
                name, join(fields.subList(0, at), fields.subList(at + 2, 8).toArray(String[]::new)));
    }

    private static List<String> join(List<String> fields, String... more) {
        return Stream.concat(fields.stream(), Arrays.stream(more)).toList();
    }

    private static String[] many() {
        return Stream.iterate(0, i -> i + 1)
                .limit(300)
                .flatMap(i -> Stream.of("x-" + i, "1"))
                .toArray(String[]::new);
    }
}
