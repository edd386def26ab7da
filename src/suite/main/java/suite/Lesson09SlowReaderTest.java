package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Lesson(id = "09", slug = "slow_reader", title = "The slow reader")
@Proves("slow.others")
class Lesson09SlowReaderTest {

    private static final int PLENTY = 1 << 24;

    /** Makes the total of all posts much larger than the buffers that a server may have for a stream. */
    private static final String LONG = " and more".repeat(60);

    /** Patient, with a short memory. */
    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_STALL_MS", "600000",
            "PUSH_RETAIN_MESSAGES", "100",
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer impatient = JudgedServer.with("PUSH_STALL_MS", "1000", "PUSH_POSTS_PER_SECOND", "0");

    /** As impatient, and its history does not fit into the buffers that a server has for a stream. */
    @RegisterExtension
    static final JudgedServer filled = JudgedServer.with("PUSH_STALL_MS", "1000", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    void aWindowThatOpensLetsOutWhatWasHeldBack() {
        var peer = server.raw(RawClient.Options.PLAIN.window(PLENTY));
        peer.windowUpdate(0, PLENTY);
        var stream = peer.open(Format.NDJSON);
        var newest = server.post("suite", "the last that fits");
        stream.awaitArrival(record -> record.id().equals(newest), "the newest message");
        int read = peer.leave(10, stream);
        var id = server.post("suite", "cut off after ten bytes");
        peer.await(frame -> stream.size() == read + 10, "ten bytes more");

        peer.windowUpdate(1, PLENTY);

        because(
                "What a full window cut off is written when the next message comes, and not when the window opens.",
                () -> stream.awaitArrival(record -> record.id().equals(id), "the rest of the message"));
    }

    @Proves("resume.lapped")
    @Test
    void aReaderThatWasLappedIsToldSoAndGoesOnWithTheNewest() {
        server.requires("PUSH_RETAIN_MESSAGES");
        var peer = server.raw(RawClient.Options.PLAIN.window(100));
        var stream = peer.open(Format.NDJSON);
        var ids = post(server, 160);

        peer.windowUpdate(0, PLENTY);
        peer.windowUpdate(1, PLENTY);
        stream.awaitArrival(record -> record.id().equals(ids.get(159)), "the newest message");

        because(
                "A slow reader is given a queue of its own, or the log is not as long as PUSH_RETAIN_MESSAGES says, or messages that it missed are passed over without a word.",
                () -> {
                    var records = stream.arrivals().stream()
                            .map(Intake.Arrival::record)
                            .toList();
                    int second = records.size() - 1;
                    while (second > 0 && !records.get(second).is("start")) {
                        second--;
                    }
                    if (second <= 0) {
                        long messages = records.stream()
                                .filter(record -> record.is("message"))
                                .count();
                        throw new AssertionError(
                                "the log holds 100 messages, and 160 were posted to a reader that stood still: before the newest 50 there"
                                        + " must be a second start, but there came " + messages + " messages in a row");
                    }
                    assertEquals("lapped", records.get(second).text("reason"));
                    var after = records.subList(second + 1, records.size()).stream()
                            .map(WireRecord::id)
                            .toList();
                    because(
                            "Whoever was lapped goes on as a new client begins: with the newest 50, no more and no fewer.",
                            () -> assertEquals(ids.subList(110, 160), after, "the ids after the second start"));
                });
    }

    @Test
    void aReaderThatStopsHoldsNobodyUp() {
        var reader = server.open(server.newClient(), Format.NDJSON);
        int fewer = 90; // Than the log holds, so that even a reader on a busy IO thread is not lapped.
        var alone = Storm.start(server, fewer, 2).finish();
        alone.delivered(reader).assertPerfect();
        var peer = server.raw(RawClient.Options.PLAIN.window(10));
        for (int i = 0; i < 10; i++) {
            peer.open(Format.NDJSON);
        }

        var beside = Storm.start(server, fewer, 2).finish();

        because("Publishing waits for a reader, or one full stream keeps its IO thread from the others.", () -> {
            beside.delivered(reader).into(figures).assertPerfect();
            figures.putMs("p99 alone", Storm.percentile(alone.latencies(reader), 99));
            figures.putMs("p99 beside slow readers", Storm.percentile(beside.latencies(reader), 99));
        });
    }

    @Proves("slow.memory")
    @RunsLong("it measures the memory of the whole JVM")
    @Test
    void whatIsLeftUnreadTakesNoMemory() {
        server.requires("PUSH_RETAIN_MESSAGES");
        var memory = server.memory();
        var text = "\uD83D\uDC0C".repeat(4_096); // 16 kB, the longest text there is.
        var peer = server.raw(RawClient.Options.PLAIN.window(100));
        for (int i = 0; i < 20; i++) {
            peer.open(Format.NDJSON);
        }
        for (int i = 0; i < 310; i++) { // More than are retained, so that the log is as large as it gets.
            server.post("suite", text);
        }
        long before = memory.settled();

        for (int i = 0; i < 300; i++) {
            server.post("suite", text);
        }

        because(
                "The server keeps for each slow reader what it has not read, or it keeps what has left the ring.",
                // Queues that share the messages would take 300 × 16 kB; with copies, 20 times that.
                () -> memory.grown(before, Duration.ofSeconds(1), figures)
                        .ifPresent(grown ->
                                fail("300 messages of 16 kB, unread by 20 streams, took " + (grown >> 20) + " MiB")));
    }

    @Proves("slow.stalled")
    @Test
    void aStreamThatDoesNotMoveIsClosedAndItsNeighbourIsNot() {
        impatient.requires("PUSH_STALL_MS");
        var peer = impatient.raw(RawClient.Options.PLAIN.window(10));
        var stalled = peer.open(Format.NDJSON);
        var neighbour = peer.openUnread(Format.NDJSON);
        peer.windowUpdate(0, PLENTY);
        peer.windowUpdate(3, PLENTY);
        because(
                "Not even the start is written. Perhaps an exception has ended the stream's task: see what the server prints.",
                () -> neighbour.next("start"));
        post(filled, 50);
        var behind = filled.raw(RawClient.Options.PLAIN.window(10)).open(Format.NDJSON);

        var ending = because(
                "The server does not look at the clock, or what still waits in the response's buffer does not count: a reader that has stopped is kept forever.",
                () -> stalled.closed());

        because(
                "All streams of a connection are ended because one has stopped, or one that had nothing to take is.",
                () -> {
                    assertEquals(Ending.How.RESET, ending.how(), ending.toString());
                    var status = impatient.awaitOpen(1);
                    if (status.counts()) {
                        assertEquals(1, status.closed("stalled"), status.toString());
                    }
                });
        because("The neighbour is open and is no longer written to, or the place at which it began is one off.", () -> {
            impatient.post("suite", "goes on");
            neighbour.messagesUpTo("goes on");
        });
        because(
                "A write that takes nothing counts as movement: each attempt makes a stream that has stopped look alive.",
                () -> assertEquals(Ending.How.RESET, behind.closed().how()));
    }

    @Proves("slow.stalled")
    @RunsLong("it takes longer than a stall")
    @Test
    void aStreamThatMovesAByteAtATimeIsKept() {
        impatient.requires("PUSH_STALL_MS");
        var id = impatient.post("suite", "byte by byte");
        var trickle = Trickle.read(impatient, Duration.ofMillis(2_200), Duration.ofMillis(50), Duration.ofMillis(500));

        trickle.peer().windowUpdate(1, PLENTY);

        requireMessage(trickle.stream(), id);
    }

    private static void requireMessage(Recorder stream, String id) {

        because(
                "A reader is closed for being slow, when only one that does not move at all should be.",
                () -> assertEquals(
                        id,
                        stream.next(record -> record.id().equals(id), "the message", Deadline.PATIENCE)
                                .id()));
    }

    private static List<String> post(JudgedServer server, int count) {
        var ids = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            ids.add(server.post("suite", "message " + i + LONG));
        }
        return ids;
    }
}
