package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import okhttp3.RequestBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Media types and keys as structures, not as strings: every spelling of the same value means the same. */
@Area(id = "media-types", title = "Media types and keys")
@Proves("post.type")
final class MediaTypesTest {

    private static final byte[] HI =
            "{\"user\":\"ann\",\"text\":\"hi\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON",
                "application/json;",
                "application/json ; ",
                "application/json;;;",
                "application/json; charset=utf-8",
                "application/json;charset=UTF-8",
                "application/json;charset=\"utf-8\"",
                "application/json; Charset=\"U\\TF-8\"",
                "application/json; charset=utf-8;",
                "application/json; charset=utf-8; v=1",
                "application/json; v=1; charset=utf-8",
                "application/json; charset=utf-8; charset=UTF-8",
                "application/json; profile=\"x\"",
                "application/json; profile=\"a;b, c=\\\"d\\\"\"",
                "application/json\t;\tv=1"
            })
    void jsonIsTakenHoweverItsTypeIsWritten(String type) {
        assertEquals(201, post("content-type", type).status(), type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json; charset=latin1",
                "application/json; charset=\"utf-16\"",
                "application/json; charset=",
                "application/json; charset=\"\"",
                "application/json; charset",
                "application/json; charset = utf-8",
                "application/json; charset=utf-8; charset=latin1",
                "application/json; charset=\"utf-8",
                "application/json; charset=utf-8 x",
                "application/json charset=utf-8",
                "application/json, application/json",
                "application/vnd.api+json",
                "application/*",
                "*/*",
                "application /json",
                "application/",
                "/json",
                "json",
                ";",
                "\"application/json\""
            })
    void whatIsNotJsonInUtf8IsRefused(String type) {
        post("content-type", type).problem(415, "a POST of type " + type);
    }

    @Test
    void typeThatIsGivenTwiceIsRefused() {
        post("content-type", "application/json", "content-type", "text/plain").problem(415, "two types");
        post("content-type", "text/plain", "content-type", "application/json").problem(415, "two types");
        post().problem(415, "no type");
    }

    @Proves("stream.forms")
    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "text/html;x=\"a, text/event-stream\", application/x-ndjson       | application/x-ndjson",
                "text/event-stream;q=0.5;x=1, application/x-ndjson;v=1;q=0.4      | text/event-stream",
                "text/event-stream;x=\";q=0.1\", application/x-ndjson;q=0.9       | text/event-stream",
                "text/event-stream;q=0;x=1, application/x-ndjson;q=0.1            | application/x-ndjson",
                "text/event-stream;charset=utf-8;q=0.9, application/x-ndjson;q=1  | application/x-ndjson",
                "*/event-stream, application/x-ndjson                             | application/x-ndjson",
                "text/event-stream;q=0.5, *, application/x-ndjson;q=0.6           | application/x-ndjson",
                "text/event-stream;;, application/x-ndjson;q=0.6                  | text/event-stream"
            })
    void acceptIsReadByTheSameGrammar(String accept, String type) {
        try (var client = server.raw()) {
            int stream = client.request("GET", "/messages", true, "accept", accept);

            assertEquals(type, client.recorder(stream).awaitHead().header("content-type"), accept);
        }
    }

    @Proves("stream.forms")
    @Test
    void linesOfAcceptAreOneList() {
        try (var client = server.raw()) {
            int stream = client.request(
                    "GET", "/messages", true, "accept", "text/html", "accept", "text/event-stream;q=0.1");

            assertEquals(
                    "text/event-stream", client.recorder(stream).awaitHead().header("content-type"));
        }
    }

    private static Answer post(String... fields) {
        var request = server.at("/messages").post(RequestBody.create(HI, null));
        for (int i = 0; i < fields.length; i += 2) {
            request.addHeader(fields[i], fields[i + 1]);
        }
        return server.request(request);
    }

    @Proves("post.key")
    @Test
    void keyIsTheSameInQuotesAndWithout() {
        var plain = post("content-type", "application/json", "idempotency-key", "k-1");
        var quoted = post("content-type", "application/json", "idempotency-key", "\"k-1\"");

        assertEquals(201, plain.status(), plain.toString());
        assertEquals(plain.body(), quoted.body(), "a structured field's string and the bare characters are one key");
        assertEquals(
                post("content-type", "application/json", "idempotency-key", "a\"\\b")
                        .body(),
                post("content-type", "application/json", "idempotency-key", "\"a\\\"\\\\b\"")
                        .body());
    }

    @Proves("post.key")
    @Test
    void keyThatIsNoneIsRefused() {
        for (var key :
                List.of("\"", "\"\"", "\"a", "\"a\"b", "\"a\\n\"", "a b", "\"a b\"", "\"" + "k".repeat(129) + "\"")) {
            post("content-type", "application/json", "idempotency-key", key).problem(400, "the key " + key);
        }
        post("content-type", "application/json", "idempotency-key", "a", "idempotency-key", "b")
                .problem(400, "two keys");
        assertEquals(
                201,
                post("content-type", "application/json", "idempotency-key", "\"" + "k".repeat(128) + "\"")
                        .status());
    }
}
