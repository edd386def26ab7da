package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every byte of a record goes out, however little the client takes at a time.
 *
 * <p><b>Length:</b> a client that takes little at a time is played in four ways, and a server in another process in a fifth.
 */
@Lesson(id = "03", slug = "every_byte", title = "Every byte")
@Proves("stream.records")
class Lesson03EveryByteTest {

    private static final int LARGE = 8;
    private static final int WINDOW = 251;
    private static final int PLENTY = 1 << 24;
    private static final Duration AT_LEAST = Duration.ofMillis(500);
    private static final Duration SLOWLY = Duration.ofMillis(2_500);
    private static final int FIRST_STREAM = 1;
    private static final int POSTERS = 8;
    private static final int MANY = 2_000; // More windows than a limit on tries is likely to allow.
    private static final int HISTORY = 50;

    private static final String DROPPED =
            "`write` took a part. Go on with the bytes that are left, no more and no less, and flush until nothing is left either.";
    private static final String LEFT_IN_BUFFER =
            "`write` has taken all of it, and the end of it was not sent before the next message: flush until `flush` says true.";
    private static final String GAVE_UP =
            "The stream was given up, and is not counted any more, though its client only takes its time: wait for room as often as it takes, without a limit.";
    private static final String LET_GO =
            "After a time, or so many tries, the rest of the record was let go. A client that takes its time is not broken: wait for room as often as it takes, without a limit.";
    private static final String PASSED_OVER =
            "A stream to which another thread is writing is passed over: wait until that thread has finished.";
    private static final String MIXED =
            "Two threads write to one response: the second begins its record while the first has written half of its own.";

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

        // Many times, because one may arrive whole by luck: server and reader take turns in many ways.
        for (int i = 0; i < LARGE; i++) {
            // Nearly all of its characters take three bytes, and two of three windows end inside one.
            var text = String.format("%02d", i) + "€".repeat(4_094);
            var posted = CompletableFuture.runAsync(() -> server.post("ann", text));
            try {
                refillUntil(raw, recorder, granted, text);
            } catch (AssertionError e) {
                throw CheckFailed.withLikelyCause(
                        e,
                        server.status().open() == 0
                                ? GAVE_UP
                                : goesOutLater(raw, recorder, text) ? LEFT_IN_BUFFER : DROPPED);
            }
            posted.join();
        }

        figures.put("chunks", recorder.chunks().size());
    }

    /** Returns whether all of it was taken and its end is buffered: then the flush after another message sends it. */
    private static boolean goesOutLater(RawClient raw, Recorder recorder, String text) {
        raw.windowUpdate(FIRST_STREAM, PLENTY);
        var posted = CompletableFuture.runAsync(
                () -> server.post("suite", "which pushes it out"), Threads.named("suite-post"));
        recorder.await(AT_LEAST, () -> has(recorder, text) || recorder.ended());
        return has(recorder, text) && !posted.isCompletedExceptionally();
    }

    private static boolean has(Recorder recorder, String text) {
        return recorder.arrivals().stream()
                .anyMatch(arrival -> arrival.record().text("text").equals(text));
    }

    /** Reads until the stream brings new messages: a long history takes time, and later posts may be lost. */
    private static void join(Recorder recorder) {
        recorder.next("start");
        server.rest(); // Its history has been written, as far as that can be seen.
        var news = "news " + NEWS.incrementAndGet();
        for (int i = 0; i < 10 && !recorder.text().contains(news); i++) {
            server.post("suite", news);
            recorder.await(
                    Duration.ofMillis(500),
                    () -> recorder.text().contains(news) && recorder.text().endsWith("}\n"));
        }
    }

    /**
     * Reads until the stream brings new messages, and then leaves it a small window. Returns how many bytes it may have
     * had by then.
     */
    private static AtomicInteger narrow(RawClient raw, Recorder recorder) {
        join(recorder);
        return new AtomicInteger(raw.leave(WINDOW, recorder) + WINDOW);
    }

    /**
     * Grants a small window whenever the last one is used up, until the text has arrived.
     *
     * @param granted the number of bytes that the stream may have had so far
     */
    private static void refillUntil(RawClient raw, Recorder recorder, AtomicInteger granted, String text) {
        BooleanSupplier there = () -> has(recorder, text);
        while (!there.getAsBoolean()) {
            awaitOrMiss(recorder, () -> recorder.size() >= granted.get() || there.getAsBoolean() || recorder.ended());
            if (!there.getAsBoolean()) {
                grant(raw, granted, WINDOW);
            }
        }
    }

    private static void grant(RawClient raw, AtomicInteger granted, int bytes) {
        granted.addAndGet(bytes);
        raw.windowUpdate(FIRST_STREAM, bytes);
    }

    /** Gives up when the server has answered many later requests: then it is not slow, it has stopped. */
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

    @RunsLong("its client takes its time")
    @Test
    void aClientMayTakeItsTime() {
        var raw = server.raw(RawClient.Options.PLAIN.window(PLENTY));
        raw.windowUpdate(0, PLENTY);
        var recorder = raw.open(Format.NDJSON);
        var granted = narrow(raw, recorder);
        var text = "€".repeat(4_090);
        var json = WireRecord.JSON.createObjectNode().put("user", "ann").put("text", text);
        var poster = server.raw(); // A request of any other client gives up in less time.
        int post = poster.request("POST", "/messages", false, "content-type", "application/json");
        poster.data(post, json.toString().getBytes(UTF_8), true);

        for (var slowly = Deadline.exactly(SLOWLY); !slowly.passed() && !recorder.ended(); ) {
            recorder.await(Duration.ofMillis(200), recorder::ended);
            grant(raw, granted, WINDOW);
        }
        boolean taken = true;
        for (int i = 0; i < MANY && taken && !has(recorder, text); i++) {
            recorder.await(Deadline.PATIENCE, () -> recorder.size() >= granted.get() || recorder.ended());
            taken = recorder.size() >= granted.get();
            grant(raw, granted, 4);
        }
        raw.windowUpdate(FIRST_STREAM, PLENTY);

        because(
                LET_GO,
                () -> recorder.awaitArrival(
                        record -> record.text("text").equals(text), "a large message, taken a little at a time"));
    }

    @Test
    void twoRecordsAreNotMixed() {
        var one = "€".repeat(4_000); // More than one write takes.
        var other = "🟢".repeat(1_300) + "x" + "🟢".repeat(1_300);
        var pairs =
                "🟢".repeat(4_000); // Wherever chars are cut, it is inside one of these, or of the same a char later.
        for (var large : List.of(one, pairs, "x" + pairs)) {
            because(DROPPED, () -> assertWholeAlone(large));
        }
        if (server.showsThreads()) {
            exploreMixing(one, other);
            exploreMixingWithHistory();
        } else {
            because(MIXED, () -> assertWholeInAStorm(List.of(one, other)));
        }
    }

    /** Uses a separate stream, so that the explored one has not had a large message yet. */
    private static void assertWholeAlone(String large) {
        var reader = server.open(Format.NDJSON);
        join(reader);
        server.post("ann", large);
        assertWhole(reader, "after " + large.length(), "a large message was posted alone: ");
        if (!has(reader, large)) {
            because(
                    "The text was made into bytes a piece at a time, and a piece ended inside a character of two chars.",
                    () -> fail("a large message was posted alone, and its text came changed"));
        }
        reader.close();
    }

    private static void exploreMixing(String one, String other) {
        var reader = server.open(Format.NDJSON);
        join(reader);
        var others = server.newClient();
        var count = new AtomicInteger();
        server.explore(() -> server.post("ann", one), () -> server.post(others, "bob", other), held -> {
            var when = "one POST was held at " + held + " while another was answered: ";
            var came = because(MIXED, () -> assertWhole(reader, "after " + count.incrementAndGet(), when));
            because(PASSED_OVER, () -> {
                if (!came.containsAll(List.of(one, other))) {
                    fail(when + "the message of " + (came.contains(one) ? "the other" : "the one") + " has not come");
                }
            });
        });
        reader.close();
    }

    /** The history is larger than what one write takes, and not much: it is sent many times. */
    private static void exploreMixingWithHistory() {
        var text = "h".repeat(600);
        IntStream.range(0, HISTORY).forEach(i -> server.post("ann", text));
        var joining = server.newClient();
        var opened = new AtomicReference<Recorder>();
        var count = new AtomicInteger();
        server.explore(() -> opened.set(server.open(joining, Format.NDJSON)), () -> server.post("bob", text), held -> {
            because(
                    MIXED,
                    () -> assertWhole(
                            opened.get(),
                            "while one joined " + count.incrementAndGet(),
                            "a client was held at " + held + " on its way in, and a message was posted: "));
            opened.get().cancel();
        });
    }

    /** Returns the texts up to one that is posted now. */
    private static List<String> assertWhole(Recorder reader, String last, String when) {
        server.post("suite", last);
        try {
            return reader.messagesUpTo(last).stream().map(Message::text).toList();
        } catch (AssertionError e) {
            throw new AssertionError(when + e.getMessage(), e);
        }
    }

    /** Posts many messages at the same time to a stream that takes little, where no thread can be held. */
    private static void assertWholeInAStorm(List<String> texts) {
        var raw = server.raw(RawClient.Options.PLAIN.window(PLENTY));
        raw.windowUpdate(0, PLENTY);
        var narrow = raw.open(Format.NDJSON);
        var wide = server.live(Format.NDJSON);
        var granted = narrow(raw, narrow);
        var posts = IntStream.range(0, POSTERS)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> {
                            var client = server.newClient();
                            for (int n = 0; n < LARGE; n++) {
                                server.post(client, "ann", texts.get(n % texts.size()));
                            }
                        },
                        Threads.named("suite-post")))
                .toList();
        letThrough(raw, narrow, granted);
        raw.windowUpdate(FIRST_STREAM, PLENTY);
        posts.forEach(Deadline::await);
        for (var reader : List.of(narrow, wide)) {
            assertWhole(
                    reader,
                    "after the storm at " + reader.arrivals().size(),
                    "many large messages were posted at the same time: ");
        }
    }

    /** Lets a little through, one small window at a time. */
    private static void letThrough(RawClient raw, Recorder recorder, AtomicInteger granted) {
        for (int i = 0; i < 20; i++) {
            recorder.await(Duration.ofMillis(50), () -> recorder.size() >= granted.get() || recorder.ended());
            grant(raw, granted, WINDOW);
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
        recorder.await(Deadline.PATIENCE, () -> recorder.size() >= granted.get());

        long busy = server.busy(Duration.ofMillis(300));
        var where = server.threadsInside();
        var asleep = server.threadsAsleep(Duration.ofMillis(100));

        raw.windowUpdate(FIRST_STREAM, PLENTY);
        recorder.awaitArrival(record -> record.text("text").equals(text), "the large message");
        Deadline.await(posted);
        because(
                "It asks again and again whether there is room, and is never told to wait: a loop around `write` or `flush` alone.",
                () -> {
                    if (busy > (server.showsThreads() ? 10 : 50)) {
                        fail(
                                "a client takes nothing, so there is nothing to do, but the server keeps a processor busy for "
                                        + busy + " % of 300 ms" + (where.isEmpty() ? "" : ": " + where));
                    }
                });
        because(
                "It sleeps and asks again. Too short a sleep costs processors, and too long a one keeps messages.",
                () -> {
                    if (!asleep.isEmpty()) {
                        fail("a client takes nothing: a thread must wait until it is woken, but it sleeps for a while, "
                                + asleep);
                    }
                });
    }

    @Test
    void aHistoryThatIsLargerThanABufferArrivesWhole() {
        var texts = new ArrayList<String>();
        for (int i = 0; i < 12; i++) { // Some 144 kB.
            texts.add("large " + i + " " + "€".repeat(4_000));
            server.post("ann", texts.get(i));
        }

        var recorder = server.open(Format.NDJSON);

        because(DROPPED, () -> {
            for (var text : texts) {
                recorder.awaitArrival(record -> record.text("text").equals(text), "\"" + text.substring(0, 7) + " …\"");
            }
        });
    }
}
