package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A record is a line, wherever the network cuts: not a write, not a frame, not what one read returns. */
@Lesson(id = "02", slug = "chunks", title = "A chunk is not a message")
@Proves("stream.records")
class Lesson02ChunksTest {

    private static final int BURST = 50;

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.scheduled("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    void aLineFeedEndsEachRecord() {
        var recorder = server.open(Format.NDJSON);
        server.joined(recorder);
        server.post("ann", "the first of two");
        server.post("ann", "the second of two");
        recorder.awaitText("the first of two");
        recorder.awaitText("the second of two");

        var text = recorder.text();

        because(
                "Each message must be a record of its own, ended by a line feed, or no client can tell where it is whole.",
                () -> {
                    int first = text.indexOf("the first of two");
                    int second = text.indexOf("the second of two");
                    var between = text.substring(Math.min(first, second), Math.max(first, second));
                    if (!between.contains("\n")) {
                        fail("between two messages there must be a line feed, but there is none in " + between);
                    }
                });
    }

    @Proves("message.all")
    @Test
    void aMessageIsOneRecordOnEveryOpenStream() {
        var ann = server.live(Format.NDJSON);
        var bob = server.live(server.newClient(), Format.NDJSON);
        ann.nextMessage();

        long before = System.currentTimeMillis();
        server.post("ann", "hello");

        because(
                "What was posted did not become a record of type message, with its user, its text and its time, on every stream.",
                () -> {
                    for (var recorder : List.of(ann, bob)) {
                        var message = recorder.nextMessage();
                        assertEquals("ann", message.user(), "the user");
                        assertEquals("hello", message.text(), "the text");
                        if (Math.abs(message.time() - before)
                                > Duration.ofHours(1).toMillis()) {
                            fail("the time must be that of the POST in milliseconds, " + before + ", but it is "
                                    + message.time());
                        }
                    }
                });
    }

    @Test
    void aBurstThatComesAsOnePieceIsStillManyRecords() {
        var relay = server.relay();
        var recorder =
                server.open(server.newClient(), server.at("/messages").url(relay.url("/messages")), Format.NDJSON);
        server.post("suite", "before the burst");
        recorder.messagesUpTo("before the burst");
        int chunksBefore = recorder.chunks().size();
        var texts = new ArrayList<String>();

        relay.hold(FaultyProxy.Way.TO_CLIENT);
        for (int i = 0; i < BURST; i++) {
            texts.add("burst " + i);
            server.post("ann", texts.get(i));
        }
        relay.pass();

        because("A client, or this server's own splitter, takes what one read returns for one message.", () -> {
            var received = recorder.messages(BURST).stream().map(Message::text).toList();
            assertEquals(texts, received, "the texts of the burst");
            figures.put("records", BURST);
            figures.put("chunks", recorder.chunks().size() - chunksBefore);
        });
    }

    @Proves("message.text")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "two\nlines",
                "\"quoted\" and \\ and /",
                "a tab\tand \u2028 and \u2029",
                "🟢 é ﷽ \ud83d\udc69\u200d\ud83d\ude80",
                "{\"type\":\"bye\"}\n{\"type\":\"start\"}",
            })
    void aTextArrivesAsItWasPosted(String text) {
        var recorder = server.live(Format.NDJSON);

        server.post("ann", text);

        because(
                "The text was put into the record as it came, and not as a string of JSON, so that a line feed in it ends the record.",
                () -> assertEquals(text, recorder.nextMessage().text(), "the text"));
    }

    @Test
    void twoPostsAtTheSameTimeAreBothKept() {
        var others = server.newClient();
        var count = new AtomicInteger();

        server.explore(
                () -> server.post("ann", "held " + count.incrementAndGet()),
                () -> server.post(others, "bob", "passes " + count.get()),
                held -> because(
                        "POSTs come on several threads, and what they share needs a lock, or has to be made for several.",
                        () -> assertKept(List.of("held " + count.get(), "passes " + count.get()), held)));
    }

    private static void assertKept(List<String> texts, String held) {
        var reader = server.open(Format.NDJSON);
        for (var text : texts) {
            reader.await(Deadline.PATIENCE, () -> reader.text().contains(text));
            if (!reader.text().contains(text)) {
                fail("one POST was held at " + held + " while another was answered, and now \"" + text
                        + "\" is not in the history");
            }
        }
        reader.close();
    }
}
