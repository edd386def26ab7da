package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static suite.Because.because;

import java.util.List;
import java.util.stream.Stream;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests for paths that do not exist, in ways that are not served, or from clients that may not make them.
 *
 * <p><b>Length:</b> each assertion gives its own likely cause.
 */
@Lesson(id = "12", slug = "saying_no", title = "Saying no")
@Proves("refuse.request")
final class Lesson12RequestsTest {

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0", "PUSH_BODY_MS", "3000");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nope",
                "/messages/",
                "/messages/x-1",
                "//messages",
                "/./messages",
                "/x/../messages",
                "/../../../../etc/passwd",
                "/..%2f..%2f..%2fetc%2fpasswd",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/..\\..\\etc\\passwd",
                "/certs/key.pem",
                "/index.html",
                "/page/index.html",
                "/app.js/",
                "/messages%2f",
                "/messages%00",
                "/messages\u0001",
                "/Messages",
                "/messages/../status",
                "/%",
                "/%zz",
                "/%c0%af",
                "/messages;x=1/..",
                "*",
                "messages",
                "https://localhost/messages"
            })
    void pathThatIsNotThereIsNotFound(String path) {
        var client = server.raw();

        int stream = client.request("GET", path, true);

        because(
                "A path is cleaned, decoded or cut before it is compared, so that it means what it does not say.",
                () -> assertRefused(client, stream, "GET " + path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nope", "/messages/x-1"})
    void whatIsNotThereIsSaidSo(String path) {
        var answer = server.get(path);

        because(
                "The one refusal that throws no Problem has no sentence that says what to do.",
                () -> answer.problem(404, "GET " + path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/messages?lastEventId=", "/messages?a&a&a", "/%2"})
    void pathOf18KilobytesIsRefusedOrServed(String path) {
        var client = server.raw();

        int stream = client.request("GET", path + "a&".repeat(9_000), true, "accept", "application/x-ndjson");

        because("A path or a query of any length is taken in, or answered by no answer at all.", () -> {
            var refusal = Refusal.of(client, stream);
            assertTrue(refusal.refused() || refusal.status() == 200, () -> "it was answered " + refusal);
            client.close();
        });
    }

    @Proves("refuse.method")
    @ParameterizedTest
    @CsvSource({
        "PUT, /messages, GET POST",
        "DELETE, /messages, GET POST",
        "PATCH, /messages, GET POST",
        "OPTIONS, /messages, GET POST",
        "TRACE, /messages, GET POST",
        "BREW, /messages, GET POST",
        "get, /messages, GET POST",
        "POST, /status, GET HEAD",
        "DELETE, /status, GET HEAD",
        "PUT, /msgs, GET POST"
    })
    void methodThatIsNotThereIsAnsweredByThoseThatAre(String method, String path, String allowed) {
        var client = server.raw();

        int stream = client.request(method, path, true);

        because(
                "A method that is not there is answered as if it were another, or without Allow (RFC 9110, 15.5.6).",
                () -> {
                    var answer = client.recorder(stream).answer();
                    answer.problem(405, method + " " + path);
                    assertTrue(
                            List.of(answer.header("allow").split(" *, *")).containsAll(List.of(allowed.split(" "))),
                            () -> "Allow must name " + allowed + ", but it is \"" + answer.header("allow") + "\"");
                });
    }

    @Proves("refuse.method")
    @Test
    void headIsAnsweredWithoutABody() {
        var status = server.request(server.at("/status").head());
        var messages = server.request(server.at("/messages").head());

        because("The body of an answer to HEAD is sent, and stands before the next answer.", () -> {
            assertEquals(200, status.status());
            assertEquals("", status.body());
            assertTrue(messages.status() == 200 || messages.status() == 405, messages.toString());
            assertEquals("", messages.body());
        });
    }

    static Stream<Arguments> foreign() {
        return Stream.of(
                        "https://evil.example",
                        "null",
                        "http://HOST",
                        "https://HOST.evil.example",
                        "https://localhost:1",
                        "https://HOST/",
                        "file://",
                        "",
                        "https://HOST https://evil.example")
                .flatMap(origin -> Stream.of("/messages", "/msgs")
                        .flatMap(path -> Stream.of(arguments("GET", path, origin), arguments("POST", path, origin))));
    }

    @Proves("refuse.origin")
    @ParameterizedTest
    @MethodSource("foreign")
    void pageOfAnotherSiteMayNeitherReadNorPost(String method, String path, String origin) {
        var request = server.at(path).header("origin", origin.replace("HOST", "localhost:" + server.port()));

        var what = method + " " + path + " from a page of \"" + origin + "\"";
        var answer = method.equals("POST")
                ? server.request(request.post(JudgedServer.json("{\"user\":\"eve\",\"text\":\"hi\"}")))
                : refusal(request, what);

        because("Any page that the user visits can read and write here in the user's name.", () -> {
            answer.problem(403, what);
            assertEquals("", answer.header("access-control-allow-origin"));
        });
    }

    /** Returns the answer of a refusal. A page that may read is answered by a stream, which does not end. */
    private static Answer refusal(Request.Builder request, String what) {
        var stream = Recorder.open(server.client(), request.build(), Format.ANY);
        if (stream.status() == 200) {
            stream.cancel();
            throw new AssertionError(what + " must be answered 403, but it was answered 200");
        }
        return stream.answer();
    }

    @Proves("refuse.origin")
    @ParameterizedTest
    @ValueSource(strings = {"https://localhost:", "https://LOCALHOST:", "HTTPS://LocalHost:"})
    void ownPageMayReadAndPost(String origin) {
        var request = server.at("/messages").post(JudgedServer.json("{\"user\":\"eve\",\"text\":\"hi\"}"));
        int port = request.build().url().port();
        var answer = server.request(request.header("origin", origin + port));

        because("The page that the server serves itself is locked out, because hosts are compared as strings.", () -> {
            assertEquals(201, answer.status(), answer.toString());
            assertEquals(List.of("hi"), bystanders.texts());
        });
    }

    @Test
    void msgsIsAsMessages() {
        var json = JudgedServer.json("{\"user\":\"eve\",\"text\":\"by msgs\"}");
        var answer = server.request(server.at("/msgs").post(json));

        because("/msgs is a path of its own, which can only be read.", () -> {
            assertEquals(201, answer.status(), answer.toString());
            assertEquals(List.of("by msgs"), bystanders.texts());
        });
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                arguments("a name in upper case", new String[] {"X-Upper", "1"}),
                arguments("connection", new String[] {"connection", "keep-alive"}),
                arguments("transfer-encoding", new String[] {"transfer-encoding", "chunked"}),
                arguments("te: gzip", new String[] {"te", "gzip"}),
                arguments("a pseudo-header after the others", new String[] {"x", "1", ":path", "/status"}),
                arguments(":path twice", new String[] {":path", "/healthz"}),
                arguments(":status", new String[] {":status", "200"}),
                arguments("an unknown pseudo-header", new String[] {":x", "1"}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void malformedHeadersAreRefused(String name, String[] fields) {
        var client = server.raw();

        int stream = client.request("GET", "/status", true, fields);

        because(
                "Headers that RFC 9113, section 8.2 and 8.3, call malformed are passed on to code that trusts them.",
                () -> assertRefused(client, stream, "GET /status with " + name));
    }

    /** Some libraries drop such a field before a handler sees it. Then it must have no effect. */
    @ParameterizedTest
    @ValueSource(strings = {"last-event-id ", " last-event-id", "last event-id", ""})
    void fieldWhoseNameIsNoneIsRefusedOrHasNoEffect(String name) {
        var id = server.post("ann", "to resume after");
        assertEquals(List.of("to resume after"), bystanders.texts());
        var client = server.raw();

        int stream = client.request("GET", "/messages", true, "accept", "application/x-ndjson", name, id);

        because("A name that HTTP does not allow is cleaned, and then means what it must not.", () -> {
            if (!Refusal.of(client, stream).refused()) {
                var response = client.recorder(stream);
                response.awaitText("\n");
                var start =
                        WireRecord.object(response.text().lines().findFirst().orElse(""));
                assertEquals("new", start.path("reason").asString(""), "the field \"" + name + "\" had an effect");
            }
            client.close();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {":method", ":scheme", ":path", ":authority"})
    void missingPseudoHeaderIsRefusedOrDoesNoHarm(String missing) {
        var client = server.raw();
        var all = List.of(
                ":method",
                "GET",
                ":scheme",
                "https",
                ":authority",
                client.authority(),
                ":path",
                client.path("/status"));
        int at = all.indexOf(missing);
        var rest = Stream.concat(all.subList(0, at).stream(), all.subList(at + 2, 8).stream())
                .toArray(String[]::new);

        client.send(new Frame(Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, 1, Hpack.encode(rest)));

        because("A request without what every request has is served by a guess.", () -> {
            var refusal = Refusal.of(client, 1);
            boolean optional = missing.equals(":authority"); // RFC 9113, 8.3.1: it is optional.
            assertTrue(refusal.refused() || optional && refusal.status() == 200, () -> "it was answered " + refusal);
        });
    }

    @Test
    void connectIsRefused() {
        var client = server.raw();

        client.send(new Frame(
                Frame.HEADERS, Frame.END_HEADERS, 1, Hpack.encode(":method", "CONNECT", ":authority", "localhost:22")));

        because("CONNECT is taken for a method like any other, or makes the server a proxy.", () -> {
            assertTrue(Refusal.of(client, 1).refused(), () -> "it was answered " + Refusal.of(client, 1));
            client.close();
        });
    }

    private static void assertRefused(RawClient client, int stream, String what) {
        var refusal = Refusal.of(client, stream);
        assertTrue(refusal.refused(), () -> what + " must be refused, but it was answered " + refusal);
        client.close();
    }
}
