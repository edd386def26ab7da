package suite;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every byte of a record goes out, however little the client takes at a time. */
@Lesson(id = "03", slug = "every_byte", title = "Every byte")
@Proves("stream.records")
class Lesson03EveryByteTest {

    private static final int LARGE = 16;
    private static final int WINDOW = 251;
    private static final int FIRST_STREAM = 1;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

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
}
