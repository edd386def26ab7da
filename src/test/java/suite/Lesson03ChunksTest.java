package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A record is a line, wherever the network cuts: not a write, not a frame, not what one read returns. */
@Lesson(id = "03", slug = "chunks", title = "A chunk is not a message")
class Lesson03ChunksTest {

    private static final int BURST = 50;
    private static final int WINDOW = 1_009;
    private static final int FIRST_STREAM = 1;

    @RegisterExtension
    static final Target server = Target.with("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    @Means(
            "Records are not marked off from each other: each must end with a line feed, or no client can tell where one is"
                    + " whole.")
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
    @Means("What the sink did not take at once was dropped, or the next record was written into the midst of this one.")
    void aLargeMessageArrivesWholeThroughASmallWindow() {
        // 4,096 characters of three bytes each, and a window that ends inside one of them two times out of three.
        var text = "€".repeat(4_096);
        var raw = server.raw(RawClient.Options.PLAIN.window(WINDOW));
        raw.windowUpdate(0, 1 << 24);
        var recorder = raw.open(Format.NDJSON);
        recorder.next("start");

        var posted = CompletableFuture.runAsync(() -> server.post("ann", text));

        refillUntil(raw, recorder, record -> record.text("text").equals(text));
        posted.join();
        figures.put("chunks", recorder.chunks().size());
    }

    /** Grants a small window again each time that it has been used up, until the record is there. */
    private static void refillUntil(RawClient raw, Recorder recorder, Predicate<WireRecord> expected) {
        BooleanSupplier there =
                () -> recorder.arrivals().stream().map(Intake.Arrival::record).anyMatch(expected);
        for (int granted = WINDOW; !there.getAsBoolean(); granted += WINDOW) {
            int all = granted;
            recorder.await(
                    Deadline.PATIENCE, () -> received(recorder) == all || there.getAsBoolean() || recorder.ended());
            if (received(recorder) < all && !there.getAsBoolean()) {
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
    @Means("A client, or this server's own splitter, takes what one read returns for one message.")
    void aBurstThatComesAsOnePieceIsStillManyRecords() {
        var relay = server.relay();
        var recorder =
                server.open(server.newClient(), server.at("/messages").url(relay.url("/messages")), Format.NDJSON);
        server.post("suite", "before the burst");
        recorder.messagesUpTo("before the burst");
        int chunksBefore = recorder.chunks().size();
        var texts = new ArrayList<String>();

        relay.hold(Relay.Way.TO_CLIENT);
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "two\nlines",
                "\"quoted\" and \\ and /",
                "a tab\tand \u2028 and \u2029",
                "🟢 é ﷽ \ud83d\udc69\u200d\ud83d\ude80",
                "{\"type\":\"bye\"}\n{\"type\":\"start\"}",
            })
    @Means(
            "The text was put into the record as it came, and not as a string of JSON, so that a line feed in it ends the"
                    + " record.")
    void aTextArrivesAsItWasPosted(String text) {
        var recorder = server.live(Format.NDJSON);

        server.post("ann", text);

        assertEquals(text, recorder.nextMessage().text(), "the text");
    }
}
