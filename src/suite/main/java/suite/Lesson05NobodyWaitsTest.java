package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every message reaches every client, once and in one order, whichever clients arrive or fail meanwhile.
 *
 * <p><b>Length:</b> each assertion gives its own likely cause.
 */
@Lesson(id = "05", slug = "nobody_waits", title = "Nobody waits for anybody")
@Proves("slow.others")
class Lesson05NobodyWaitsTest {

    private static final int STORM = 400;
    private static final int MANY = 1_100; // More than a bounded queue is likely to hold.
    private static final String WAITS =
            "Something waits for a stream that takes nothing, and keeps from the others what they need: a lock, or the thread that serves them.";
    private static final String WAITS_ON_IO =
            "A thread does not come back that serves other connections too: an IO thread must write what is taken now, and return. It neither waits (`awaitRoom` has to go) nor tries again until all is taken.";
    private static final String NEXT_MESSAGE =
            "The rest goes out with the next message, and not when there is room for it. Either `drain` leaves a record on the queue that had room and is not called again, or no flush asked for the call: the task of `whenRoom` is called only after a flush, also when it was `write` that fell short.";
    private static final String BUFFERED =
            "What the sink has taken lies in a buffer until a flush says that all of it has gone out. `whenRoom` needs a task from the beginning, and the task has to flush, also if the queue is empty.";
    private static final String MUST_NOT_WAIT = "an IO thread must not wait"; // As the given OpenResponse says.
    private static final String ENDED =
            "The stream was ended, though its client has done nothing wrong. Undertow ends one that is called because there is"
                    + " room and writes nothing: the rest of a record must stay at the head of the queue.";
    private static final String CUT =
            "The rest of a record that was taken in part is gone, comes behind another record, or begins again: what is left of its bytes must stay at the head of the queue.";
    private static final String ONE_BUFFER =
            "One stream gets a message, and another does not. Is one ByteBuffer on all queues? It has one position, which moves as it is written: each queue needs a buffer of its own, such as duplicate(). Or is a stream woken before the record is on its queue?";
    private static final String LOST =
            "A record is put on a queue, and no thread is left to write it: whether there is one was asked before the record was there, or that one had looked for the last time. Or the queue is not made for two threads.";
    private static final String LOOKED =
            "A record is on the queue, and no thread is left to write it: the one that was writing had looked for the last time, and a flag still said that it writes. Such a flag has to be cleared before the last look, not after it.";
    private static final String TWO_ORDERS =
            "The order is made in two places: a message that got its id under the lock is put on the queues after it, or several threads write to one stream.";
    private static final int PLENTY = 1 << 24;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.scheduled(
            "PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0", "PUSH_STALL_MS", "60000");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    void aStreamThatTakesNothingStopsNobody() {
        var others = because(ONE_BUFFER, server::two);
        var peer = server.raw(RawClient.Options.PLAIN.window(1_000));
        var full = peer.open(Format.NDJSON);
        var large = "x".repeat(4_000);

        var posted = List.of(post(large), post(large), post(large));

        for (var reader : others) {
            var came = orCause(
                    "The POST was answered, but the other streams were not written to: they wait for the full one, or a wake-up"
                            + " writes one record and leaves the next.",
                    () -> reader.messages(posted.size()));
            because(
                    "The stream is behind: a wake-up writes one record and leaves the next, or comes before its record.",
                    () -> assertEquals(posted, ids(came), "the ids that a stream got beside a full one"));
        }
        peer.ping(1);
        peer.awaitPong(1); // Had it ended, that would have come before.
        because(
                "The stream was ended because it is full. It has done nothing wrong, and would have to come back.",
                () -> assertFalse(full.ended(), "the full stream has ended"));
    }

    @Test
    void aStreamThatTookNothingGetsEverythingOnceItDoes() {
        var large = "y".repeat(4_000);
        for (int i = 0; i < 10; i++) {
            server.post("ann", large); // A history larger than its window, and than a server's buffers.
        }
        var peer = server.raw(RawClient.Options.PLAIN.window(1_000));
        var full = peer.open(Format.NDJSON);
        server.rest(); // A message that is posted before it has joined may be lost: lesson 06 says so.
        var posted = new ArrayList<>(List.of(post(large)));
        var storm = orCause(WAITS, () -> Storm.start(server, MANY, 4).finish());
        storm.order().forEach(sent -> posted.add(sent.id()));
        posted.add(post(large + " last"));

        peer.windowUpdate(0, PLENTY);
        peer.windowUpdate(1, PLENTY);

        var last = posted.get(posted.size() - 1);
        awaitUnlessStill(full, () -> full.text().contains("\"" + last + "\"") || full.ended());
        boolean byItself = full.text().contains("\"" + last + "\"");
        server.post("suite", "and one when there is room");
        var ids = ids(orCause(
                "There is room again, and nothing is written: the stream was passed over once it was full, or what it had"
                        + " taken was not flushed, or it joins the others only when its history has gone out.",
                () -> full.messagesUpTo("and one when there is room")));
        // In addition to the storm's own last message, whose id is unknown.
        var came = ids.stream().filter(posted::contains).toList();
        because(
                came.size() == posted.size()
                        ? TWO_ORDERS
                        : "What a full stream's queue has no room for is dropped, and the stream is not told.",
                () -> {
                    if (!came.equals(posted)) {
                        fail("of " + posted.size() + " ids the full stream got " + came.size() + ": "
                                + FirstDifference.of(posted, came));
                    }
                });
        because(NEXT_MESSAGE, () -> {
            if (!byItself) {
                fail("the full stream got everything, but not before another message was posted");
            }
        });
    }

    /** Gives up after a second in which nothing has come, and the server has answered many requests: then it is not slow. */
    private static void awaitUnlessStill(Recorder stream, BooleanSupplier there) {
        var still = Deadline.exactly(Duration.ofSeconds(1));
        int before = stream.text().length();
        for (int answers = 0; !there.getAsBoolean() && (answers < 20 || !still.passed()); answers++) {
            server.get("/status");
            stream.await(Duration.ofMillis(20), there);
            if (stream.text().length() > before) {
                before = stream.text().length();
                still = Deadline.exactly(Duration.ofSeconds(1));
                answers = 0;
            }
        }
    }

    @Test
    void aStreamThatTookAPartGetsTheRestWithoutAnotherMessage() {
        var peer = server.raw(RawClient.Options.PLAIN.window(PLENTY));
        var stream = peer.open(Format.NDJSON);
        int read = leaveAThousand(peer, stream);

        post("z".repeat(4_000));
        post("z".repeat(4_000));
        var id = post("z".repeat(4_000)); // By now it is more than a server's buffers hold.
        orCause(
                "What fits into the window was written, and not flushed.",
                () -> peer.await(frame -> stream.text().length() == read + 1_000, "a thousand bytes of the message"));
        peer.windowUpdate(1, PLENTY);

        orCause(NEXT_MESSAGE, () -> stream.awaitArrival(record -> record.id().equals(id), "the rest of the message"));
    }

    /** The message is smaller than a server's buffer, so it is taken whole before much of it has gone out. */
    @Test
    void whatLiesInABufferGoesOutAThousandBytesAtATime() {
        var peer = server.raw(RawClient.Options.PLAIN.window(PLENTY));
        var stream = peer.open(Format.NDJSON);
        int read = leaveAThousand(peer, stream);

        var text = "b".repeat(4_000);
        post(text);
        for (int due = read + 1_000; due <= read + text.length(); due += 1_000) {
            int bytes = due;
            orCause(
                    BUFFERED,
                    () -> peer.await(
                            frame -> stream.text().length() >= bytes, "the next thousand bytes of the message"));
            peer.windowUpdate(1, 1_000);
        }

        orCause(
                BUFFERED,
                () -> stream.awaitArrival(record -> record.text("text").equals(text), "the end of the message"));
    }

    /** Lets a stream take all there is, leaves it a window of a thousand bytes, and returns how many it has had. */
    private static int leaveAThousand(RawClient peer, Recorder stream) {
        peer.windowUpdate(0, PLENTY);
        var newest = server.post("ann", "the last that it takes whole");
        orCause(NEXT_MESSAGE, () -> stream.awaitArrival(record -> record.id().equals(newest), "the newest message"));
        return peer.leave(1_000, stream);
    }

    @Proves("leave.alone")
    @Test
    void aStreamThatBreaksStopsNobody() {
        var before = because(ONE_BUFFER, () -> server.live(server.newClient(), Format.NDJSON));
        var broken = new ArrayList<RawClient>();
        for (int i = 0; i < 3; i++) {
            var raw = server.raw();
            raw.open(Format.NDJSON).next("start");
            broken.add(raw);
        }
        var after = because(ONE_BUFFER, () -> server.live(server.newClient(), Format.NDJSON));

        var storm = Storm.start(server, STORM / 2, 4);
        storm.awaitPosted(STORM / 8);
        broken.get(0).reset(1, 2);
        broken.get(1).tcpReset();
        broken.get(2).fin();
        storm.finish();

        var both = storm.delivered(before).plus(storm.delivered(after)).into(figures);
        because(
                both.delivered() == both.expected()
                        ? TWO_ORDERS
                        : "One stream's failure ends the loop over all of them, so those that come after it in the list get nothing.",
                both::assertPerfect);
    }

    @Proves("message.all")
    @Test
    void everyStreamGetsEveryMessageInTheSameOrder() {
        var recorders = new ArrayList<Recorder>();
        for (int connection = 0; connection < 4; connection++) {
            var client = server.newClient();
            for (int stream = 0; stream < 5; stream++) {
                recorders.add(server.open(client, Format.NDJSON));
            }
        }

        var storm = Storm.start(server, STORM, 4).finish();

        var all = recorders.stream()
                .map(storm::delivered)
                .reduce(Delivery.NONE, Delivery::plus)
                .into(figures);
        because(all.repeated() + all.outOfOrder() == 0 ? ONE_BUFFER + " " + LOST : TWO_ORDERS, all::assertPerfect);
    }

    /** The IO thread of the stream is held at each place in turn, while another message is posted, and none after it. */
    @Test
    void whatIsPostedWhileAnotherIsWrittenGoesOut() {
        var client = server.newClient();
        var reader = new AtomicReference<>(server.live(client, Format.NDJSON));
        var count = new AtomicInteger();

        int places = server.exploreIo(
                client,
                other -> {
                    server.post(other, "ann", "one " + count.incrementAndGet());
                    var text = "\"one " + count.get() + "\"";
                    var now = reader.get();
                    now.await(Duration.ofSeconds(1), () -> now.text().contains(text) || now.ended());
                },
                other -> server.post(other, "bob", "another " + count.get()),
                held -> {
                    try {
                        assertBothCome(reader.get(), count.get(), held);
                    } catch (AssertionError e) {
                        // This one may never be written to again.
                        reader.getAndSet(server.live(client, Format.NDJSON)).cancel();
                        throw e;
                    }
                });

        figures.put("places at which an IO thread was held", places);
    }

    /** The posting thread is held at each place in turn, while a full stream gets room and its backlog goes out. */
    @Test
    void whatIsPostedWhileAQueueIsEmptiedGoesOut() {
        var peer = server.raw(RawClient.Options.PLAIN.window(1_000));
        peer.windowUpdate(0, PLENTY);
        var full = new AtomicReference<>(full(peer, 1));
        var count = new AtomicInteger();

        int places = server.explore(
                () -> server.post("ann", "held " + count.incrementAndGet()), () -> empty(peer, full.get()), held -> {
                    assertGoesOut(full.get(), "held " + count.get(), held);
                    full.get().stream().cancel();
                    full.set(full(peer, full.get().number() + 2));
                });

        figures.put("places at which a POST was held", places);
    }

    private static void assertBothCome(Recorder reader, int count, String held) {
        var one = "\"one " + count + "\"";
        var another = "\"another " + count + "\"";
        awaitUnlessStill(
                reader, () -> reader.text().contains(one) && reader.text().contains(another) || reader.ended());
        var text = reader.text();
        var between = "the thread that writes one message was held at " + held + " while another was posted, ";
        because(reader.ended() ? ENDED : LOOKED, () -> {
            if (!text.contains(one) || !text.contains(another)) {
                fail(between + "and none after it: " + (text.contains(one) ? another : one) + " has not come");
            }
        });
        because(TWO_ORDERS, () -> {
            if (text.indexOf(one) > text.indexOf(another)) {
                fail(between + "and that one has come before it");
            }
        });
    }

    /**
     * A stream that has no room for everything in its queue.
     *
     * @param last the text of the last message there
     */
    private record Full(int number, Recorder stream, String last) {}

    private static Full full(RawClient peer, int number) {
        var stream = peer.open(Format.NDJSON);
        server.rest();
        var large = "w".repeat(4_000);
        var last = large + " at the end of " + number;
        List.of(large, large, large, last).forEach(text -> server.post("ann", text));
        return new Full(number, stream, last);
    }

    private static void empty(RawClient peer, Full full) {
        peer.windowUpdate(full.number(), PLENTY);
        orCause(
                NEXT_MESSAGE,
                () -> full.stream()
                        .awaitArrival(record -> record.text("text").equals(full.last()), "all that was on the queue"));
        Deadline.in(Duration.ofMillis(200)).poll(() -> !server.threadsInside().contains(" I/O-"));
    }

    private static void assertGoesOut(Full full, String text, String held) {
        try {
            full.stream().awaitArrival(record -> record.text("text").equals(text), "\"" + text + "\"");
        } catch (AssertionError e) {
            throw CheckFailed.withLikelyCause(
                    new AssertionError(
                            "one POST was held at " + held + " while a full stream got room and its queue went out: "
                                    + e.getMessage(),
                            e),
                    MalformedRecord.hasFailed(e) ? CUT : LOST);
        }
    }

    /**
     * Returns what is asked for. If it does not come, its likely cause is this one, unless a cut record or a waiting IO
     * thread shows another.
     */
    private static <T> T orCause(String cause, Supplier<T> asked) {
        try {
            return asked.get();
        } catch (AssertionError e) {
            server.rest();
            boolean waits = server.threadsInside().contains(" I/O-") || server.hasPrinted(MUST_NOT_WAIT);
            boolean ended = String.valueOf(e.getMessage()).contains("the response ended: RESET");
            throw CheckFailed.withLikelyCause(
                    e, MalformedRecord.hasFailed(e) ? CUT : ended ? ENDED : waits ? WAITS_ON_IO : cause);
        }
    }

    /** Posts, and gives up when the server has answered many later requests: then it is not slow, it waits. */
    private static String post(String text) {
        var client = server.newClient();
        server.request(client, server.at("/status")); // The connection exists: only the request is raced.
        var json = WireRecord.JSON.createObjectNode().put("user", "ann").put("text", text);
        var request = server.at("/messages").post(JudgedServer.json(json.toString()));
        var answer = CompletableFuture.supplyAsync(() -> server.request(client, request));
        var atLeast = Deadline.exactly(Duration.ofSeconds(1));
        for (int later = 0; !answer.isDone(); later++) {
            if (later >= 50 && atLeast.passed()) {
                because(
                        WAITS,
                        () -> fail("POST /messages has no answer after 1 s, though 50 requests for /status that came"
                                + " later have theirs" + inside()));
            }
            getStatus();
        }
        return answer.isCompletedExceptionally() || answer.join().status() / 100 != 2
                ? server.post("ann", text) // It waits as a 429 asks, and reports other faults.
                : answer.join().json().path("id").asString("");
    }

    private static void getStatus() {
        try {
            server.get("/status");
        } catch (AssertionError e) {
            because(
                    inside().contains(" I/O-") ? WAITS_ON_IO : WAITS,
                    () -> fail("a stream takes nothing, and now GET /status on another connection has no answer"
                            + inside()));
        }
    }

    /** Says where threads are that stay: one that has just answered a /status may be on its way out. */
    private static String inside() {
        server.rest();
        var inside = server.threadsInside();
        return inside.isEmpty() ? "" : "; in the server's code is " + inside;
    }

    private static List<String> ids(List<Message> messages) {
        return messages.stream().map(Message::id).toList();
    }
}
