package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idempotency-Key: a client that has lost an answer asks again, and the message is still stored only once. */
@Area(id = "idempotency", title = "Idempotency-Key")
@Proves("post.key")
final class IdempotencyTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer forgetful = JudgedServer.with("PUSH_IDEMPOTENCY_MS", "50");

    @RegisterExtension
    static final JudgedServer small = JudgedServer.with("PUSH_RETAIN_MESSAGES", "3", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @Test
    void sameKeyAndMessageGiveTheSameAnswerAndNoSecondMessage() {
        var first = post(server, "k-1", "hi");

        var second = post(server, "k-1", "hi");

        because("The key is not read, or what it was given for is not kept.", () -> {
            assertEquals(201, first.status(), first.toString());
            assertEquals(201, second.status(), second.toString());
            assertEquals(first.body(), second.body());
            assertEquals(first.header("location"), second.header("location"));
            assertEquals(List.of("hi"), bystanders.texts());
        });
    }

    @Test
    void sameMessageWrittenInAnotherWayIsTheSame() {
        var first = post(server, "k-2", "hi");

        var request = server.at("/messages").header("idempotency-key", "k-2");
        var second =
                server.request(request.post(JudgedServer.json(" {\"text\":\"\\u0068i\", \"user\":\"ann\", \"x\":1} ")));

        because(
                "What counts as the same body is its bytes, so that another order of its fields makes a second message.",
                () -> {
                    assertEquals(first.body(), second.body());
                    assertEquals(List.of("hi"), bystanders.texts());
                });
    }

    @Test
    void sameKeyForAnotherMessageIsRefused() {
        post(server, "k-3", "hi");

        var other = post(server, "k-3", "ho");

        because("The key is kept without its message, so that another message is swallowed and called stored.", () -> {
            other.problem(422, "another message with the same key");
            assertEquals(201, post(server, "k-3", "hi").status(), "the key still stands for its message");
            assertEquals(List.of("hi"), bystanders.texts());
        });
    }

    @Test
    void keysThatDifferAreDifferent() {
        var long1 = "x".repeat(127) + "1";
        var long2 = "x".repeat(127) + "2";

        var ids = List.of("a", "A", "a.", long1, long2).stream()
                .map(key -> post(server, key, "hi").json().path("id").asString(""))
                .collect(Collectors.toSet());

        because("Keys are compared without regard to case, or cut.", () -> {
            assertEquals(5, ids.size());
            assertEquals(5, bystanders.texts().size());
        });
    }

    @Test
    void refusedMessageLeavesItsKeyFree() {
        post(server, "k-4", "").problem(422, "an empty text");

        because("A refused message uses its key up.", () -> {
            assertEquals(201, post(server, "k-4", "hi").status());
            assertEquals(List.of("hi"), bystanders.texts());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "two\ttabs", "k\u00e9y", "129"})
    void keyThatIsNoneIsRefused(String key) {
        var sent = key.equals("129") ? "k".repeat(129) : key;
        var client = server.raw();

        int stream =
                client.request("POST", "/messages", false, "content-type", "application/json", "idempotency-key", sent);
        client.data(stream, "{\"user\":\"ann\",\"text\":\"hi\"}".getBytes(UTF_8), true);

        because(
                "A key of any length or with any byte is kept, and goes into logs.",
                () -> client.recorder(stream).answer().problem(400, "the key \"" + sent + "\""));
    }

    @Test
    void keyIsUpTo128VisibleCharacters() {
        var visible =
                IntStream.rangeClosed('!', '~').mapToObj(Character::toString).collect(Collectors.joining());
        var longest = visible + "k".repeat(128 - visible.length());

        because("A key of 128 characters is refused, or some visible ASCII character is.", () -> {
            assertEquals(201, post(server, longest, "hi").status());
            assertEquals(List.of("hi"), bystanders.texts());
        });
    }

    @Test
    void manyAtTheSameTimeWithOneKeyMakeOneMessage() {
        var clients = IntStream.range(0, 8).mapToObj(i -> server.newClient()).toList();
        clients.forEach(client -> server.request(client, server.at("/healthz")));

        because("Between looking a key up and keeping it another request with the same key comes through.", () -> {
            for (int round = 0; round < 10; round++) {
                var key = "race-" + round;
                var answers = clients.stream()
                        .map(client -> CompletableFuture.supplyAsync(
                                () -> server.request(
                                        client,
                                        server.at("/messages")
                                                .header("idempotency-key", key)
                                                .post(JudgedServer.json(
                                                        "{\"user\":\"ann\",\"text\":\"" + key + "\"}"))),
                                Threads.named("suite-race")))
                        .toList();
                Set<String> bodies =
                        answers.stream().map(answer -> answer.join().body()).collect(Collectors.toSet());
                assertEquals(1, bodies.size(), () -> "answers to the same key: " + bodies);
                assertEquals(List.of(key), bystanders.texts());
            }
        });
    }

    @Test
    void keyIsForgottenAfterItsTime() {
        forgetful.requires("PUSH_IDEMPOTENCY_MS");
        var first = post(forgetful, "k", "hi").json().path("id").asString("");

        boolean forgotten = Deadline.in(Deadline.PATIENCE)
                .poll(() -> !post(forgetful, "k", "hi")
                        .json()
                        .path("id")
                        .asString("")
                        .equals(first));

        because(
                "Keys are kept for ever, and with them memory.",
                () -> assertTrue(forgotten, "the key is remembered for longer than 50 ms"));
    }

    @Test
    void oldestKeyGoesFirstWhenThereAreTooMany() {
        small.requires("PUSH_RETAIN_MESSAGES");
        var first = post(small, "k-0", "hi").body();
        var second = post(small, "k-1", "hi").body();
        post(small, "k-2", "hi");
        post(small, "k-3", "hi");

        because("What is remembered is not bounded as the log is.", () -> {
            assertEquals(second, post(small, "k-1", "hi").body(), "one of the newest three is remembered");
            assertNotEquals(first, post(small, "k-0", "hi").body(), "the fourth is not");
        });
    }

    private static Answer post(JudgedServer server, String key, String text) {
        return server.request(server.at("/messages")
                .header("idempotency-key", key)
                .post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"" + text + "\"}")));
    }
}
