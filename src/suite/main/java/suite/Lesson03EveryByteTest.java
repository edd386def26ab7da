package suite;

import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every byte of a record goes out, however little the client takes at a time. */
@Lesson(id = "03", slug = "every_byte", title = "Every byte")
@Proves("stream.records")
class Lesson03EveryByteTest {

    private static final int LARGE = 8;
    private static final int WINDOW = 251;
    private static final int PLENTY = 1 << 24;
    private static final Duration AT_LEAST = Duration.ofMillis(500);
    private static final int FIRST_STREAM = 1;

    private static final AtomicInteger NEWS = new AtomicInteger();

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.scheduled("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    void aLargeMessageArrivesWholeThroughASmallWindow() {
        var raw = server.raw(RawClient.Options.PLAIN.window(PLENTY));
        raw.windowUpdate(0, PLENTY);
        var recorder = raw.open(Format.NDJSON);
        var granted = narrow(raw, recorder);

        // Many times, for one may come whole by luck: server and reader take turns in many ways.
        for (int i = 0; i < LARGE; i++) {
            // Nearly all of its characters take three bytes, and of three windows two end inside one.
            var text = String.format("%02d", i) + "€".repeat(4_094);
            var posted = CompletableFuture.runAsync(() -> server.post("ann", text));
            because(
                    "What the sink did not accept immediately was dropped or never written, or the next record was written into it.",
                    () -> refillUntil(raw, recorder, granted, text));
            posted.join();
        }

        figures.put("chunks", recorder.chunks().size());
    }

    /** Reads until the stream brings what is new: a long history takes its time, and what is posted meanwhile may be lost. */
    private static void join(Recorder recorder) {
        recorder.next("start");
        var news = "news " + NEWS.incrementAndGet();
        for (int i = 0; i < 10 && !recorder.text().contains(news); i++) {
            server.post("suite", news);
            recorder.await(
                    Duration.ofMillis(500),
                    () -> recorder.text().contains(news) && recorder.text().endsWith("}\n"));
        }
    }

    /**
     * Reads until the stream brings what is new, and then leaves it a small window. Returns how many bytes it may have had by the
     * end of that.
     */
    private static AtomicInteger narrow(RawClient raw, Recorder recorder) {
        join(recorder);
        int read = received(recorder);
        raw.settings(Frame.SETTING_INITIAL_WINDOW_SIZE, read + WINDOW);
        raw.ping(5);
        raw.awaitPong(5);
        return new AtomicInteger(read + WINDOW);
    }

    /**
     * Grants a small window again each time that it has been used up, until the text is there.
     *
     * @param granted how many bytes the stream may have had so far
     */
    private static void refillUntil(RawClient raw, Recorder recorder, AtomicInteger granted, String text) {
        BooleanSupplier there = () -> recorder.arrivals().stream()
                .anyMatch(arrival -> arrival.record().text("text").equals(text));
        while (!there.getAsBoolean()) {
            awaitOrMiss(
                    recorder, () -> received(recorder) >= granted.get() || there.getAsBoolean() || recorder.ended());
            if (!there.getAsBoolean()) {
                granted.addAndGet(WINDOW);
                raw.windowUpdate(FIRST_STREAM, WINDOW);
            }
        }
    }

    /** Gives up as soon as the server has answered many later requests: then it is not slow, it has stopped. */
    private static void awaitOrMiss(Recorder recorder, BooleanSupplier moved) {
        var atLeast = Deadline.exactly(AT_LEAST);
        for (int later = 0; !moved.getAsBoolean(); later++) {
            if (later >= 20 && atLeast.passed()) {
                throw recorder.missed("the whole large message", AT_LEAST);
            }
            server.get("/status");
            recorder.await(Duration.ofMillis(20), moved);
        }
        if (recorder.ended()) {
            throw recorder.missed("the whole large message", AT_LEAST);
        }
    }

    private static int received(Recorder recorder) {
        return recorder.chunks().stream()
                .mapToInt(chunk -> chunk.bytes().length)
                .sum();
    }

    @Test
    void twoRecordsAreNotMixed() {
        var reader = server.open(Format.NDJSON);
        join(reader);
        var others = server.newClient();
        var one = "€".repeat(4_000); // More than one write takes.
        var other = "£€".repeat(2_000);
        var count = new AtomicInteger();

        server.explore(
                () -> server.post("ann", one),
                () -> server.post(others, "bob", other),
                held -> because(
                        "Two threads write to one response: the second begins its record while the first has written half of"
                                + " its own.",
                        () -> assertWhole(reader, "after " + count.incrementAndGet(), held)));
    }

    private static void assertWhole(Recorder reader, String last, String held) {
        server.post("suite", last);
        try {
            reader.messagesUpTo(last);
        } catch (AssertionError e) {
            throw new AssertionError(
                    "one POST was held at " + held + " while another was answered: " + e.getMessage(), e);
        }
    }

    @Test
    void waitingForRoomCostsNoProcessor() {
        var raw = server.raw(RawClient.Options.PLAIN.window(PLENTY));
        raw.windowUpdate(0, PLENTY);
        var recorder = raw.open(Format.NDJSON);
        var granted = narrow(raw, recorder);
        var text = "c".repeat(4_000);
        var posted = CompletableFuture.runAsync(() -> server.post("ann", text), Threads.named("suite-post"));
        recorder.await(Deadline.PATIENCE, () -> received(recorder) >= granted.get());

        long busy = server.ownThreads().busy(Duration.ofMillis(300));
        var where = server.threadsInside();

        raw.windowUpdate(FIRST_STREAM, PLENTY);
        recorder.awaitArrival(record -> record.text("text").equals(text), "the large message");
        Deadline.await(posted);
        because(
                "It asks again and again whether there is room, and is never told to wait: a loop around write alone.",
                () -> {
                    if (busy > 10) {
                        fail(
                                "a client takes nothing, so there is nothing to do, but the server keeps a processor busy for "
                                        + busy + " % of 300 ms: " + where);
                    }
                });
    }

    @Test
    void aHistoryThatIsLargerThanABufferArrivesWhole() {
        var texts = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            texts.add("large " + i + " " + "€".repeat(4_000));
            server.post("ann", texts.get(i));
        }

        var recorder = server.open(Format.NDJSON);

        because("What the sink did not accept immediately was dropped: the result of the write was ignored.", () -> {
            for (var text : texts) {
                recorder.awaitArrival(record -> record.text("text").equals(text), "\"" + text.substring(0, 7) + " …\"");
            }
        });
    }
}
