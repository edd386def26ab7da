package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;
import static suite.Deadline.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two servers that are one to their clients: the same messages, in the same order, with the same ids. */
@Lesson(id = "17", slug = "machines", title = "More than one machine")
@Tag("cluster")
@Proves("message.all")
final class Lesson17MachinesTest {
    private static final Duration SOON = Duration.ofSeconds(2);

    @RegisterExtension
    @Order(1)
    static final NatsNode nats = new NatsNode();

    @RegisterExtension
    @Order(2)
    static final JudgedServer a = server();

    @RegisterExtension
    @Order(3)
    static final JudgedServer b = server();

    /** No heartbeat comes that could wake a stream. */
    private static JudgedServer server() {
        return JudgedServer.with(
                "PUSH_NATS_URL", nats.url(), "PUSH_POSTS_PER_SECOND", "0", "PUSH_HEARTBEAT_MS", "3600000");
    }

    @BeforeEach
    void thereAreTwoOfThem() {
        a.requires("PUSH_NATS_URL");
    }

    @Test
    void whatIsPostedToOneIsReadOnTheOther() {
        var reader = b.open(Format.NDJSON);
        reader.next("start");

        var id = a.post("ann", "from a to b");

        if (!Deadline.in(SOON).poll(() -> reader.text().contains("from a to b"))) {
            var stored = b.get("/messages/" + id).status() == 200;
            because(
                    stored
                            ? "It is in B's log, and B's streams have not been woken: they write it with their next heartbeat."
                            : "A server has a log of its own, and nothing but its own POSTs comes into it.",
                    () -> {
                        throw new AssertionError("posted to A, and not on B within " + Deadline.say(SOON));
                    });
        }
    }

    @Test
    void bothHaveOneOrderAndTheSameIds() {
        var onA = a.live(Format.NDJSON);
        var onB = b.live(Format.NDJSON);
        for (int i = 0; i < 60; i++) {
            (i % 2 == 0 ? a : b).post("ann", "one order " + i);
        }

        var first = seen(onA, "one order ", 60);
        var second = seen(onB, "one order ", 60);

        because(
                "Each server numbers what it stores. Only one place may give out numbers, and that is the stream.",
                () -> assertEquals(first, second, "what is on B"));
    }

    @Test
    void aClientResumesOnTheOtherServer() {
        var last = a.post("ann", "the last on a");
        b.post("ann", "missed");

        var back = b.open(Format.NDJSON, last);

        because("An epoch belongs to a log, and here all servers have one log: the epoch is the stream's.", () -> {
            var start = back.next("start");
            assertTrue(start.flag("resumed"), () -> "an id of A must be a place on B, but there came " + start);
            assertEquals("missed", back.nextMessage().text());
        });
    }

    @Test
    void aKeyOfOneIsKnownOnTheOther() {
        var reader = a.live(Format.NDJSON);

        var first = keyed(a, "once", "key-17");
        var again = keyed(b, "once", "key-17");
        a.post("ann", "after it");

        because(
                "The keys are in the memory of the server that saw them first. A message with an id of its own"
                        + " (Nats-Msg-Id) is stored once, whoever sends it, and has the stream's time.",
                () -> {
                    assertEquals(first.body(), again.body(), "the answer to the same POST on B");
                    assertEquals("once", reader.nextMessage().text());
                    assertEquals("after it", reader.nextMessage().text(), "what follows on A");
                });
        because(
                "A key that is known is answered without a look at the message that was stored with it.",
                () -> keyed(b, "another", "key-17").problem(422, "another message with the same key, on B"));
    }

    @Test
    void theSameTextTwiceIsTwoMessages() {
        var reader = a.live(Format.NDJSON);

        var first = a.post("ann", "twice");
        var second = b.post("ann", "twice");

        because("A message without a key has an id that another message may have: draw one at random for each.", () -> {
            assertNotEquals(first, second, "the ids of two messages");
            assertEquals(
                    List.of(first, second),
                    List.of(reader.nextMessage().id(), reader.nextMessage().id()));
        });
    }

    @Test
    void aServerThatStartsLaterHasWhatWasThereBefore() {
        if (!b.ours()) {
            throw JudgedServer.notJudged("it needs a server that it can start again");
        }
        var known = a.post("ann", "known");
        a.post("ann", "missed");
        await(b.drain());
        b.restart();

        var back = b.open(Format.NDJSON, known);

        because("A server follows the stream from its own start on, and has nothing of what was in it by then.", () -> {
            var start = back.next("start");
            assertTrue(
                    start.flag("resumed"),
                    () -> "an id from before B's start must be a place on B, but there came " + start);
            assertEquals("missed", back.nextMessage().text());
        });
    }

    @Test
    void a201IsThereToBeRead() {
        for (int i = 0; i < 20; i++) {
            var answer = keyed(a, "answered " + i, "key-18-" + i);
            assertEquals(201, answer.status(), answer.toString());

            var read = a.get("/messages/" + answer.json().path("id").asString(""));

            because("The POST was answered when the stream had acknowledged it, and not when it had come back.", () -> {
                assertEquals(200, read.status(), "the status of the message that was just answered 201");
                assertEquals(answer.body(), read.body(), "the message as it is read, and as it was answered");
            });
        }
    }

    private static Answer keyed(JudgedServer server, String text, String key) {
        var json = "{\"user\":\"ann\",\"text\":\"" + text + "\"}";
        return server.request(
                server.at("/messages").header("idempotency-key", key).post(JudgedServer.json(json)));
    }

    /** Returns the texts with this beginning. The rest of the stream belongs to other readers and tests. */
    private static List<String> seen(Recorder reader, String begin, int count) {
        var seen = new ArrayList<String>();
        while (seen.size() < count) {
            var message = reader.nextMessage();
            if (message.text().startsWith(begin)) {
                seen.add(message.id() + " " + message.text());
            }
        }
        return seen;
    }
}
