package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import okhttp3.RequestBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A message may contain any text: it is passed on unchanged, and has no effect on its way. */
@Lesson(id = "12", slug = "saying_no", title = "Saying no")
@Proves("message.text")
final class Lesson12TextTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\ndata: b",
                "a\n\nevent: bye\ndata: {\"type\":\"bye\",\"reason\":\"drain\",\"retryMs\":1}\n\n",
                "a\nid: x-999999\nretry: 99999999\n\n: comment\n\n",
                "a\n{\"type\":\"message\",\"id\":\"x-1\",\"user\":\"bob\",\"text\":\"forged\",\"time\":1}\n",
                "a\u2028data: b\u2029\u2029data: c",
                "\n",
                "\n\n\t\n",
                "\\n\\u000adata: b\\",
                "\"},{\"user\":\"bob\",\"text\":\"forged\",\"time\":1}]}\n{\"messages\":[]}"
            })
    void lineBreakInAFieldForgesNoRecord(String smuggled) {
        var seed = server.open(Format.SEED);
        String user = "\"},\\n {";

        server.post(user, smuggled);

        because(
                "A line break in a message is written to the stream as it is, so that who writes a message writes records.",
                () -> {
                    var came = bystanders.messages();
                    assertEquals(1, came.size(), "messages that came of one POST");
                    assertEquals(user, came.get(0).user());
                    assertEquals(smuggled, came.get(0).text());
                    var newest = seed.next(
                            snapshot -> snapshot.messages().stream()
                                    .anyMatch(m -> m.text().equals(smuggled)),
                            "a snapshot with the message",
                            Deadline.PATIENCE);
                    seed.close();
                    assertEquals(
                            user,
                            newest.messages().stream()
                                    .filter(m -> m.text().equals(smuggled))
                                    .findFirst()
                                    .orElseThrow()
                                    .user());
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "</script><!-- --><img src=x onerror=alert(1)>",
                "javascript:alert(1)",
                "&lt;b&gt; ${7*7} {{7*7}} %s %n $(id) `id` '; DROP TABLE messages; --",
                "\u202Eevil\u202C \uFEFF \u200B e\u0301 \uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
                "\uFFFE\uFFFF\uDBFF\uDFFF",
                "__proto__"
            })
    void textThatAnInterpreterWouldActOnIsPassedOnAsItIs(String text) {
        server.post("eve", text);

        because("The text is changed on its way, or it is served as something that a browser would run.", () -> {
            var answer = server.get("/messages/" + bystanders.messages().get(0).id());
            assertEquals(text, answer.json().path("text").asString(""));
            assertTrue(answer.header("content-type").startsWith("application/json"), answer.header("content-type"));
            assertEquals("nosniff", answer.header("x-content-type-options"));
        });
    }

    @Proves("post.name")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "   ",
                "\u202Enna",
                "ann\u200B",
                "ann\u2069",
                "\uFEFFann",
                "\u3164",
                "\u0430nn",
                "ann\nbob",
                "ann\u2028"
            })
    void nameThatDoesNotShowAsWhatItIsIsRefused(String user) {
        var json = WireRecord.JSON.createObjectNode().put("user", user).put("text", "hi");

        var answer = server.request(server.at("/messages").post(JudgedServer.json(json.toString())));

        because(
                "A name may be invisible or reorder the row it stands in, so that it reads as another person's name.",
                () -> {
                    var problem = answer.problem(422, "a message of " + MalformedRecord.quote(user));
                    assertEquals("#/user", problem.at("/errors/0/pointer").asString(""), answer.toString());
                });
    }

    @Proves("post.name")
    @Test
    void nameIsStoredInOneForm() {
        server.post("Zoe\u0308", "hi");

        because(
                "A name is stored as it was written, so that two names that read the same are not the same: normalizeUser.",
                () -> assertEquals("Zo\u00eb", bystanders.messages().get(0).user()));
    }

    @Test
    void fieldsThatTheClientMayNotChooseAreIgnored() {
        long before = System.currentTimeMillis() - 60_000;

        var json = "{\"__proto__\":{\"user\":\"root\"},\"constructor\":{\"prototype\":1},\"type\":\"bye\","
                + "\"id\":\"x-99\",\"time\":5,\"reason\":\"drain\",\"user\":\"eve\",\"text\":\"hi\"}";

        var answer = server.request(server.at("/messages").post(JudgedServer.json(json)));

        because("What the client sends is copied into the record, and not the two fields that it may choose.", () -> {
            assertEquals(201, answer.status(), answer.toString());
            var message = bystanders.messages().get(0);
            assertEquals(
                    Set.of("type", "id", "user", "text", "time"),
                    new TreeSet<>(answer.json().propertyNames()));
            assertEquals(message.id(), answer.json().path("id").asString(""));
            assertTrue(message.time() > before, "the time is the server's, not " + message.time());
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "APPLICATION/JSON",
                "application/json; charset=utf-8",
                "application/json;charset=\"UTF-8\""
            })
    void jsonIsTakenHoweverItsTypeIsWritten(String type) {
        var body = RequestBody.create(
                ("{\"user\":\"eve\",\"text\":" + WireRecord.JSON.writeValueAsString(type) + "}").getBytes(UTF_8), null);

        var answer = server.request(server.at("/messages").post(body).header("content-type", type));

        because("The media type is compared as a string; its case, and a charset of UTF-8, mean nothing.", () -> {
            assertEquals(201, answer.status(), answer.toString());
            assertEquals(List.of(type), bystanders.texts());
        });
    }
}
