package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.io.IOException;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The size limits of a field and of a body: the largest accepted, and the smallest refused. */
@Lesson(id = "12", slug = "saying_no", title = "Saying no")
@Proves("post.size")
final class Lesson12SizesTest {

    private static final int MAX_BODY = 65_536;
    private static final String EMOJI = "\uD83D\uDE00"; // One code point, two chars, four bytes.

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @Proves("post.fields")
    @ParameterizedTest
    @CsvSource({
        "user, 64, a",
        "user, 64, \u00e9",
        "user, 64, " + EMOJI,
        "text, 4096, a",
        "text, 4096, \u20ac",
        "text, 4096, " + EMOJI
    })
    void fieldIsTakenUpToItsBoundInCodePoints(String field, int bound, String character) {
        var fits = character.repeat(bound);

        var taken = post(field, fits);
        var refused = post(field, fits + character);

        because("Lengths are counted in chars or bytes, not in code points, or the bound is one off.", () -> {
            assertEquals(201, taken.status(), () -> bound + " code points in " + field + " must be taken: " + taken);
            assertEquals(fits, taken.json().path(field).asString(""));
            var problem = refused.problem(422, bound + 1 + " code points in " + field);
            assertEquals(
                    "#/" + field, problem.path("errors").path(0).path("pointer").asString(""), refused.toString());
            assertEquals(1, bystanders.texts().size(), "messages of the two POSTs");
        });
    }

    @ParameterizedTest(name = "declared: {0}")
    @ValueSource(booleans = {true, false})
    void bodyIsTakenUpTo64KiB(boolean declared) {
        var message = "{\"user\":\"eve\",\"text\":\"hi\"}";

        var taken = post(message + " ".repeat(MAX_BODY - message.length()), declared);
        var refused = post(message + " ".repeat(MAX_BODY + 1 - message.length()), declared);

        because("The size of a body is checked only where it is declared, or the bound is one off.", () -> {
            assertEquals(201, taken.status(), () -> "a body of 65,536 bytes must be taken: " + taken);
            refused.problem(413, "a body of 65,537 bytes");
            assertEquals(List.of("hi"), bystanders.texts());
        });
    }

    @Proves("post.body")
    @Test
    void bodyIsTakenUpToADepthOf16() {
        var taken = post(nested(16), true);
        var refused = post(nested(17), true);

        because("The bound is the parser's own, which is larger, or it is one off: the object itself counts.", () -> {
            assertEquals(201, taken.status(), () -> "a body nested 16 deep must be taken: " + taken);
            refused.problem(400, "a body nested 17 deep");
            assertEquals(List.of("hi"), bystanders.texts());
        });
    }

    @ParameterizedTest(name = "declared: {0}")
    @ValueSource(booleans = {true, false})
    void bodyOfManyMegabytesIsRefusedWithAnAnswer(boolean declared) {
        var answer = post("x".repeat(8 << 20), declared);

        because(
                "The whole body is awaited before it is refused, or the answer is lost because the stream is reset.",
                () -> answer.problem(413, "a body of 8 MiB"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"65537", "2147483648", "9223372036854775807"})
    void tooLargeContentLengthIsRefusedBeforeTheBody(String length) {
        var client = server.raw();

        int stream = client.request(
                "POST", "/messages", false, "content-type", "application/json", "content-length", length);

        because("Content-Length is believed, and memory or patience is spent on what may never come.", () -> {
            client.recorder(stream).awaitHead();
            assertEquals(413, client.recorder(stream).status(), "Content-Length: " + length);
            assertEquals(201, postOn(client, "after"), "the connection must go on");
            assertEquals(List.of("after"), bystanders.texts());
        });
    }

    @Proves("post.body")
    @ParameterizedTest
    @ValueSource(
            strings = {"1", "25", "27", "1000", "-26", "abc", "0x1a", "26, 26", "26.0", "99999999999999999999999", ""})
    void contentLengthThatLiesStoresNothing(String length) {
        var client = server.raw();

        int stream = client.request(
                "POST", "/messages", false, "content-type", "application/json", "content-length", length);
        client.data(stream, "{\"user\":\"eve\",\"text\":\"hi\"}".getBytes(UTF_8), true);

        because("The length that the client declares is not compared with what it sends (RFC 9113, 8.1.1).", () -> {
            assertRefused(client, stream, "a body of 26 bytes with Content-Length \"" + length + "\"");
            assertEquals(List.of(), bystanders.texts());
        });
    }

    private static void assertRefused(RawClient client, int stream, String what) {
        var refusal = Refusal.of(client, stream);
        assertTrue(refusal.refused(), () -> what + " must be refused, but it was answered " + refusal);
    }

    private static int postOn(RawClient client, String text) {
        int stream = client.request("POST", "/messages", false, "content-type", "application/json");
        client.data(stream, ("{\"user\":\"eve\",\"text\":\"" + text + "\"}").getBytes(UTF_8), true);
        return client.recorder(stream).answer().status();
    }

    private static Answer post(String field, String value) {
        var json = WireRecord.JSON
                .createObjectNode()
                .put("user", "eve")
                .put("text", "hi")
                .put(field, value);
        return server.request(server.at("/messages").post(JudgedServer.json(json.toString())));
    }

    /** Returns a message with arrays in it, which are in the object, and so one level deeper than they are many. */
    private static String nested(int deep) {
        return "{\"user\":\"eve\",\"text\":\"hi\",\"x\":" + "[".repeat(deep - 1) + "]".repeat(deep - 1) + "}";
    }

    private static Answer post(String body, boolean declared) {
        var json = JudgedServer.json(body);
        return server.request(server.at("/messages").post(declared ? json : undeclared(json)));
    }

    private static RequestBody undeclared(RequestBody body) {
        return new RequestBody() {
            @Override
            public MediaType contentType() {
                return body.contentType();
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                body.writeTo(sink);
            }
        };
    }
}
