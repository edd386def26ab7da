package suite;

import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A client that joins receives everything posted before and everything posted after, and nothing twice.
 *
 * <p><b>Length:</b> each way to hold a client or a POST tells its own likely cause.
 */
@Lesson(id = "06", slug = "joining", title = "Joining without a gap")
@Proves("message.join")
class Lesson06JoiningTest {

    private static final String GAP =
            "Reading the history and joining the streams are two steps, and a message can come between them: after the history it is lost, and the other way round it comes twice. Both must be done under the lock that a POST holds while it keeps its message and puts it on the queues.";
    private static final String KEPT_APART =
            "A POST keeps its message and puts it on the queues in two steps, and a client joins between them: it gets the message as history and again as new, or not at all. One lock must be held over both.";
    private static final String CUT =
            "Nothing was posted while this client joined, so this is no race: the history is cut at the wrong end, or at the wrong place.";
    private static final String OVERTAKES =
            "The stream joins before its history is on its queue, and what is new overtakes that: the history has to be put there under the same lock.";
    private static final String NOT_WOKEN =
            "The start and the history are on the queue, and nothing has woken the stream since: wake it when it has joined.";
    private static final String GROWN_OLD =
            "What the client was sent had grown old before it joined. What came in between is looked for among the newest fifty, or by its time; but more than fifty can come, and two can have one time. Take the history and join in one step.";
    private static final String ONE_TIME =
            "Whether a client has a message already is told by its time, and two messages can have the same one: tell it by the sequence.";
    private static final String TWO_STARTS =
            "A join that begins anew leaves on the queue what it put there the first time.";
    private static final String TWO_POSTS =
            "Nothing came twice, but messages overtook each other: two POSTs put theirs on the queues at the same time. Whatever keeps a POST apart from a client that joins has to keep it apart from other POSTs too.";
    private static final int HISTORY = 50;
    private static final int STORM = 400;
    private static final int BRIEF = 7_000; // Bytes: the history of a storm, and some twenty messages more.
    private static final int PLENTY = 1 << 24;

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.scheduled("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    void whatIsPostedWhileAClientJoinsComesOnce() {
        assertNewestFifty();
        var joining = server.newClient();
        var reader = new AtomicReference<Recorder>();
        var count = new AtomicInteger();

        int places = server.explore(
                () -> reader.set(opened(joining)),
                () -> {
                    server.post("ann", "meanwhile " + count.incrementAndGet());
                    server.post("ann", "and " + count.get());
                },
                held -> {
                    var posted = "meanwhile " + count.get();
                    var meanwhile = "a client was held at " + held + " on its way in, and meanwhile \"" + posted
                            + "\" was posted: ";
                    because(GAP, () -> assertOnce(reader.get(), List.of(posted, "and " + count.get()), meanwhile));
                });

        figures.put("places at which the joining was held", places);
    }

    /** Holds the POST, and not the client. */
    @Test
    void aClientThatJoinsWhileAMessageIsPostedGetsItOnce() {
        assertNewestFifty();
        var joining = server.newClient();
        var reader = new AtomicReference<Recorder>();
        var count = new AtomicInteger();

        int places = server.explore(
                () -> server.post("ann", "held " + count.incrementAndGet()),
                () -> reader.set(opened(joining)),
                held -> {
                    var posted = "held " + count.get();
                    var meanwhile =
                            "\"" + posted + "\" was held at " + held + " on its way, and meanwhile a client joined: ";
                    because(KEPT_APART, () -> assertOnce(reader.get(), List.of(posted), meanwhile));
                });

        figures.put("places at which a POST was held", places);
    }

    /** The first message of a server's life is a message like any other. */
    @RunsLong("it starts the server again for each place")
    @Test
    void theFirstMessageOfAllComesOnceToWhoeverJoins() {
        server.restart();
        var reader = new AtomicReference<Recorder>();

        server.explore(
                () -> reader.set(opened(server.newClient())), () -> server.post("ann", "the first of all"), held -> {
                    var meanwhile = "nothing had ever been posted, a client was held at " + held
                            + " on its way in, and meanwhile \"the first of all\" was posted: ";
                    because(GAP, () -> assertOnce(reader.get(), List.of("the first of all"), meanwhile));
                    server.restart();
                });
    }

    /** All in one millisecond, and more than a history. */
    @RunsLong("sixty messages are posted for each place")
    @Test
    void sixtyMessagesThatComeWhileAClientJoinsComeOnce() {
        var joining = server.newClient();
        var poster = server.raw();
        var reader = new AtomicReference<Recorder>();

        server.whileClockStands(
                System.currentTimeMillis(),
                () -> server.explore(() -> reader.set(opened(joining)), () -> poster.post(60, "one of sixty"), held -> {
                    var last = server.post("suite", "after the sixty");
                    var meanwhile = "a client was held at " + held
                            + " on its way in, and meanwhile sixty messages were posted in one millisecond: ";
                    because(ONE_TIME, () -> awaitId(last, reader.get(), meanwhile));
                    var gaps = delivery(reader.get());
                    because(gaps.missing() > 0 ? GROWN_OLD : GAP, () -> {
                        if (!gaps.perfect()) {
                            fail(meanwhile
                                    + "from its first message to the newest it must get each once and in order, but "
                                    + gaps.missing() + " are missing, " + gaps.repeated() + " came again and "
                                    + gaps.outOfOrder() + " too late");
                        }
                    });
                    reader.get().close();
                }));
    }

    private static void awaitId(String id, Recorder reader, String meanwhile) {
        try {
            reader.awaitArrival(record -> record.id().equals(id), "the message posted after them");
        } catch (AssertionError e) {
            throw new AssertionError(meanwhile + e.getMessage(), e);
        }
    }

    private static Recorder opened(OkHttpClient client) {
        var opened = server.open(client, Format.NDJSON);
        opened.await(Deadline.PATIENCE, () -> !opened.arrivals().isEmpty() || opened.ended());
        if (opened.arrivals().isEmpty() && !opened.ended()) {
            throw CheckFailed.withLikelyCause(opened.missed("a start", Deadline.PATIENCE), NOT_WOKEN);
        }
        return opened;
    }

    /** Checks the history of a client that joins while nothing is posted. */
    private static void assertNewestFifty() {
        var posted = IntStream.rangeClosed(1, HISTORY + 1)
                .mapToObj(i -> "before " + i)
                .toList();
        posted.forEach(text -> server.post("ann", text));
        var fifty = posted.subList(1, posted.size());
        var history = server.history(server.open(server.newClient(), Format.NDJSON), posted.get(HISTORY)).stream()
                .map(Message::text)
                .toList();
        because(CUT, () -> {
            if (!history.equals(fifty)) {
                fail("after " + posted.size() + " messages a client joins, and its history must be the newest "
                        + HISTORY + ": " + FirstDifference.of(fifty, history));
            }
        });
    }

    /** Checks that nothing is missing up to a message posted at the very end, and that nothing has come twice. */
    private static void assertOnce(Recorder reader, List<String> posted, String meanwhile) {
        var last = "after " + posted.get(0);
        server.post("suite", last);
        assertStart(reader, posted.get(0), meanwhile);
        var texts = upTo(last, reader, meanwhile);
        for (var text : posted) {
            int times = Collections.frequency(texts, text);
            if (times != 1) {
                fail(meanwhile + (text.equals(posted.get(0)) ? "it" : "\"" + text + "\", posted after it,")
                        + " must come once, but it came "
                        + (times == 0 ? "never" : times == 2 ? "twice" : times + " times"));
            }
        }
        if (!texts.subList(texts.size() - 1 - posted.size(), texts.size() - 1).equals(posted)) {
            because(
                    OVERTAKES,
                    () -> fail(meanwhile + "a client that joins gets the history first, but it begins with \""
                            + texts.get(0) + "\""));
        }
        reader.close();
    }

    private static void assertStart(Recorder reader, String posted, String meanwhile) {
        try {
            reader.next("start");
        } catch (AssertionError e) {
            var first = reader.arrivals().stream()
                    .map(arrival -> arrival.record().text("text"))
                    .limit(1)
                    .toList();
            throw CheckFailed.withLikelyCause(
                    new AssertionError(meanwhile + e.getMessage(), e),
                    first.isEmpty()
                            ? ""
                            : first.contains(posted) ? OVERTAKES : "The start comes first, then the history.");
        }
    }

    private static List<String> upTo(String last, Recorder reader, String meanwhile) {
        try {
            return reader.messagesUpTo(last).stream().map(Message::text).toList();
        } catch (AssertionError e) {
            throw CheckFailed.withLikelyCause(
                    new AssertionError(meanwhile + e.getMessage(), e),
                    String.valueOf(e.getMessage()).contains("there came {\"type\":\"start\"") ? TWO_STARTS : "");
        }
    }

    @RunsLong("a storm")
    @Test
    void whoeverJoinsInAStormMissesNothingAndGetsNothingTwice() {
        // A crowd that takes nothing: the longer the way through all streams, the more likely a client joins during it.
        peers(6, 1).forEach(crowd -> IntStream.range(0, 90).forEach(i -> crowd.openUnread(Format.NDJSON)));
        var peers = peers(8, BRIEF);
        var storm = Storm.start(server, STORM, 4);
        var latecomers = new ArrayList<Recorder>();
        for (int posted = 80; posted < STORM; posted += 4) {
            storm.awaitPosted(posted); // By now the history consists of the storm's short messages only.
            peers.forEach(peer -> latecomers.add(peer.openUnread(Format.NDJSON)));
        }
        storm.finish();

        var newest = server.post("suite", "after the storm");
        var deadline = Deadline.in(Deadline.PATIENCE);
        var all = latecomers.stream()
                .map(latecomer -> unbroken(latecomer, newest, deadline))
                .reduce(Delivery.NONE, Delivery::plus)
                .into(figures);
        because(all.outOfOrder() > 0 && all.repeated() == 0 ? TWO_POSTS : GAP + " " + KEPT_APART, all::assertPerfect);
    }

    /** Returns connections whose streams take this many bytes each, and then nothing. */
    private static List<RawClient> peers(int count, int window) {
        var peers = Stream.generate(() -> server.raw(RawClient.Options.PLAIN.window(window)))
                .limit(count)
                .toList();
        peers.forEach(peer -> peer.windowUpdate(0, PLENTY));
        return peers;
    }

    /** Returns a stream's delivery up to the end of its window or of all messages; it must be unbroken. */
    private static Delivery unbroken(Recorder recorder, String newest, Deadline deadline) {
        var left = Duration.ofNanos(Math.max(0, deadline.leftNanos()));
        recorder.await(
                left, () -> recorder.text().length() >= BRIEF || recorder.text().contains(newest));
        return delivery(recorder);
    }

    /** Compares the messages that came with all those between the first of them and the last. */
    private static Delivery delivery(Recorder recorder) {
        var places = recorder.arrivals().stream()
                .map(Intake.Arrival::record)
                .filter(record -> record.is("message"))
                .map(record -> Storm.sequence(record.id()))
                .toList();
        var between = places.stream().mapToLong(place -> place).summaryStatistics();
        return Delivery.of(
                LongStream.rangeClosed(between.getMin(), between.getMax())
                        .mapToObj(String::valueOf)
                        .toList(),
                places.stream().map(String::valueOf).toList());
    }
}
