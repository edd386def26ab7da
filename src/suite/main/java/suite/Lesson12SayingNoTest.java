package suite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static suite.Because.because;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Malformed and hostile POSTs: each is refused, and the answer says why. */
@Lesson(id = "12", slug = "saying_no", title = "Saying no")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Proves("post.fields")
final class Lesson12SayingNoTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    static Stream<Arguments> bodiesThatAreNoJsonObject() {
        var message = "{\"user\":\"eve\",\"text\":\"hi\"}";
        return Stream.of(
                arguments("nothing", bytes("")),
                arguments("a blank", bytes(" \n")),
                arguments("a word", bytes("hello")),
                arguments("a form", bytes("user=eve&text=hi")),
                arguments("a truncated object", bytes("{\"user\":\"eve\",\"text\":\"h")),
                arguments("an object without its last brace", bytes("{\"user\":\"eve\",\"text\":\"hi\"")),
                arguments("an array", bytes("[" + message + "]")),
                arguments("a string", bytes("\"hi\"")),
                arguments("a number", bytes("1")),
                arguments("null", bytes("null")),
                arguments("two objects", bytes(message + message)),
                arguments("something after the object", bytes(message + " x")),
                arguments("a name twice", bytes("{\"user\":\"eve\",\"user\":\"bob\",\"text\":\"hi\"}")),
                arguments("a comment", bytes("/* hi */" + message)),
                arguments("single quotes", bytes(message.replace('"', '\''))),
                arguments("a trailing comma", bytes("{\"user\":\"eve\",\"text\":\"hi\",}")),
                arguments("NaN", bytes("{\"user\":\"eve\",\"text\":NaN}")),
                arguments("a raw line feed in a string", bytes("{\"user\":\"eve\",\"text\":\"a\nb\"}")),
                arguments("an escape that is none", bytes("{\"user\":\"eve\",\"text\":\"\\x41\"}")),
                arguments("arrays 400 deep", bytes(deep(400))),
                arguments("arrays 30,000 deep", bytes(deep(30_000))),
                arguments("60,000 brackets that are never closed", bytes("[".repeat(60_000))),
                arguments("10,000 braces that are never closed", bytes("{\"a\":".repeat(10_000))),
                arguments("Latin-1", "{\"user\":\"eve\",\"text\":\"h\u00e9\"}".getBytes(ISO_8859_1)),
                arguments("an overlong slash", latin1("{\"user\":\"eve\",\"text\":\"\u00c0\u00af\"}")),
                arguments(
                        "half of a surrogate pair in UTF-8",
                        latin1("{\"user\":\"eve\",\"text\":\"\u00ed\u00a0\u0080\"}")),
                arguments("a character cut at the end", latin1("{\"user\":\"eve\",\"text\":\"\u00e2\u0082\"}")),
                arguments("UTF-16, big end first", message.getBytes(UTF_16BE)),
                arguments("UTF-16, little end first", message.getBytes(UTF_16LE)),
                arguments("UTF-16 with a byte order mark", ("\uFEFF" + message).getBytes(UTF_16BE)),
                arguments("UTF-8 with a byte order mark", bytes("\uFEFF" + message)),
                arguments("a zero byte after it", bytes(message + "\0")));
    }

    @Order(1)
    @Proves("post.body")
    @ParameterizedTest(name = "{0}")
    @MethodSource("bodiesThatAreNoJsonObject")
    void bodyThatIsNoJsonObjectIsRefused(String name, byte[] body) {
        var answer = post(body);

        because(
                "The body is parsed leniently, or what the parser throws is not caught and answered.",
                () -> answer.problem(400, "a POST of " + name));
    }

    static Stream<Arguments> wrongFields() {
        return Stream.of(
                arguments("no user", "{\"text\":\"hi\"}", List.of("#/user")),
                arguments("no text", "{\"user\":\"eve\"}", List.of("#/text")),
                arguments("neither", "{}", List.of("#/text", "#/user")),
                arguments("names in other case", "{\"User\":\"eve\",\"TEXT\":\"hi\"}", List.of("#/text", "#/user")),
                arguments("null", "{\"user\":null,\"text\":\"hi\"}", List.of("#/user")),
                arguments("a number", "{\"user\":\"eve\",\"text\":5}", List.of("#/text")),
                arguments("a number beyond all bounds", "{\"user\":\"eve\",\"text\":1e999999999}", List.of("#/text")),
                arguments("true", "{\"user\":true,\"text\":\"hi\"}", List.of("#/user")),
                arguments("an array", "{\"user\":[\"eve\"],\"text\":\"hi\"}", List.of("#/user")),
                arguments("an object", "{\"user\":\"eve\",\"text\":{\"toString\":\"hi\"}}", List.of("#/text")),
                arguments("an empty user", "{\"user\":\"\",\"text\":\"hi\"}", List.of("#/user")),
                arguments("an empty text", "{\"user\":\"eve\",\"text\":\"\"}", List.of("#/text")),
                arguments("the first half of a pair", "{\"user\":\"eve\",\"text\":\"\\ud83d\"}", List.of("#/text")),
                arguments("the second half of a pair", "{\"user\":\"\\ude00\",\"text\":\"hi\"}", List.of("#/user")),
                arguments(
                        "a pair the wrong way round",
                        "{\"user\":\"eve\",\"text\":\"\\ude00\\ud83d\"}",
                        List.of("#/text")),
                arguments("both halves apart", "{\"user\":\"eve\",\"text\":\"\\ud83d \\ude00\"}", List.of("#/text")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongFields")
    void wrongFieldIsRefusedAndNamedByItsPointer(String name, String body, List<String> pointers) {
        var answer = post(bytes(body));

        because(
                "A field that is missing, of the wrong type or out of bounds is taken, or the answer does not name it.",
                () -> assertPointers(answer, "a message with " + name, pointers));
    }

    @Test
    void everyControlCharacterButLineFeedAndTabOfATextIsRefused() {
        var taken = new ArrayList<String>();

        for (int c = 0; c < 0xa0; c = c == 0x1f ? 0x7f : c + 1) {
            for (var field : List.of("user", "text")) {
                var body =
                        message("eve", "hi").replace("\"" + field + "\":\"", "\"%s\":\"a\\u%04xb".formatted(field, c));
                var answer = post(bytes(body));
                if (answer.status() == 201) {
                    taken.add("U+%04X in %s".formatted(c, field));
                } else {
                    assertPointers(answer, "U+%04X in %s".formatted(c, field), List.of("#/" + field));
                }
            }
        }

        because("Some control character passes: a terminal, a log or a line-based form will act on it.", () -> {
            assertEquals(List.of("U+0009 in text", "U+000A in text"), taken, "the control characters that were taken");
            assertEquals(taken.size(), bystanders.texts().size());
        });
    }

    @Proves("post.type")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/jsonx",
                "application/json; charset=utf-16",
                "application/json; charset=iso-8859-1",
                "text/json",
                "text/plain, application/json",
                "json"
            })
    void bodyOfAnotherTypeIsRefused(String type) {
        var body = bytes(message("eve", "hi"));
        var request = server.at("/messages").post(RequestBody.create(body, null));

        var answer = server.request(type.isEmpty() ? request : request.header("content-type", type));

        because(
                "The media type is not looked at, so that a form on any page can post without being asked (CORS).",
                () -> answer.problem(415, "a POST of type \"" + type + "\""));
    }

    private static void assertPointers(Answer answer, String what, List<String> pointers) {
        var named = new TreeSet<String>();
        for (var error : answer.problem(422, what).path("errors")) {
            named.add(error.path("pointer").asString(""));
            assertTrue(error.path("detail").asString("").length() > 5, "each error says why: " + answer);
        }
        assertEquals(pointers, List.copyOf(named), "the fields that the answer names: " + answer);
    }

    private static Answer post(byte[] body) {
        return server.request(server.at("/messages").post(RequestBody.create(body, MediaType.get("application/json"))));
    }

    private static String message(String user, String text) {
        return WireRecord.JSON
                .createObjectNode()
                .put("user", user)
                .put("text", text)
                .toString();
    }

    private static String deep(int arrays) {
        return "{\"user\":\"eve\",\"text\":\"hi\",\"x\":" + "[".repeat(arrays) + "]".repeat(arrays) + "}";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] latin1(String bytes) {
        return bytes.getBytes(ISO_8859_1);
    }
}
