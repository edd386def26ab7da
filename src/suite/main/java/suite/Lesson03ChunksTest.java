package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A record is a line, wherever the network cuts: not a write, not a frame, not what one read returns. */
@Lesson(id = "03", slug = "chunks", title = "A chunk is not a message")
@Proves("stream.records")
class Lesson03ChunksTest {

    private static final int BURST = 50;
    private static final int LARGE = 16;
    private static final int WINDOW = 251;
    private static final int FIRST_STREAM = 1;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    @LikelyCause(
            "Each message must be a record of its own, ended by a line feed, or no client can tell where it is whole.")
    void aLineFeedEndsEachRecord() {
        var recorder = server.open(Format.NDJSON);
        server.post("ann", "the first of two");
        server.post("ann", "the second of two");
        recorder.awaitText("the first of two");
        recorder.awaitText("the second of two");

        var text = recorder.text();

        int first = text.indexOf("the first of two");
        int second = text.indexOf("the second of two");
        var between = text.substring(Math.min(first, second), Math.max(first, second));
        if (!between.contains("\n")) {
            fail("between two messages there must be a line feed, but there is none in " + between);
        }
    }

    @Proves("message.all")
    @Test
    @LikelyCause(
            "What was posted did not become a record of type message, with its user, its text and its time, on every stream.")
    void aMessageIsOneRecordOnEveryOpenStream() {
        var ann = server.live(Format.NDJSON);
        var bob = server.live(server.newClient(), Format.NDJSON);
        ann.nextMessage();

        long before = System.currentTimeMillis();
        server.post("ann", "hello");

        for (var recorder : List.of(ann, bob)) {
            var message = recorder.nextMessage();
            assertEquals("ann", message.user(), "the user");
            assertEquals("hello", message.text(), "the text");
            if (Math.abs(message.time() - before) > Duration.ofHours(1).toMillis()) {
                fail("the time must be that of the POST in milliseconds, " + before + ", but it is " + message.time());
            }
        }
    }

    @Test
    @LikelyCause("What the sink did not accept immediately was dropped or never written, or the next record was written"
            + " into it.")
    void aLargeMessageArrivesWholeThroughASmallWindow() {
        var raw = server.raw(RawClient.Options.PLAIN.window(WINDOW));
        raw.windowUpdate(0, 1 << 24);
        var recorder = raw.open(Format.NDJSON);
        recorder.next("start");

        // Many times, for one may come whole by luck: server and reader take turns in many ways.
        int granted = WINDOW;
        for (int i = 0; i < LARGE; i++) {
            // Nearly all of its characters take three bytes, and of three windows two end inside one.
            var text = String.format("%02d", i) + "€".repeat(4_094);
            var posted = CompletableFuture.runAsync(() -> server.post("ann", text));
            granted = refillUntil(raw, recorder, granted, text);
            posted.join();
        }

        figures.put("chunks", recorder.chunks().size());
    }

    /** Grants a small window again each time that it has been used up, until the text is there. Returns all of its grants. */
    private static int refillUntil(RawClient raw, Recorder recorder, int grantedBefore, String text) {
        BooleanSupplier there = () -> recorder.arrivals().stream()
                .anyMatch(arrival -> arrival.record().text("text").equals(text));
        for (int granted = grantedBefore; ; granted += WINDOW) {
            int all = granted;
            recorder.await(
                    Deadline.PATIENCE, () -> received(recorder) == all || there.getAsBoolean() || recorder.ended());
            if (there.getAsBoolean()) {
                return granted;
            }
            if (received(recorder) < all) {
                throw recorder.missed("the whole large message", Deadline.PATIENCE);
            }
            raw.windowUpdate(FIRST_STREAM, WINDOW);
        }
    }

    private static int received(Recorder recorder) {
        return recorder.chunks().stream()
                .mapToInt(chunk -> chunk.bytes().length)
                .sum();
    }

    @Test
    @LikelyCause("What the sink did not accept immediately was dropped: the result of the write was ignored.")
    void aHistoryThatIsLargerThanABufferArrivesWhole() {
        var texts = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            texts.add("large " + i + " " + "€".repeat(4_000));
            server.post("ann", texts.get(i));
        }

        var recorder = server.open(Format.NDJSON);

        for (var text : texts) {
            recorder.awaitArrival(record -> record.text("text").equals(text), "\"" + text.substring(0, 7) + " …\"");
        }
    }

    @Test
    @LikelyCause("A client, or this server's own splitter, takes what one read returns for one message.")
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

        var received = recorder.messages(BURST).stream().map(Message::text).toList();
        assertEquals(texts, received, "the texts of the burst");
        figures.put("records", BURST);
        figures.put("chunks", recorder.chunks().size() - chunksBefore);
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
    @LikelyCause(
            "The text was put into the record as it came, and not as a string of JSON, so that a line feed in it ends the"
                    + " record.")
    void aTextArrivesAsItWasPosted(String text) {
        var recorder = server.live(Format.NDJSON);

        server.post("ann", text);

        assertEquals(text, recorder.nextMessage().text(), "the text");
    }
}
