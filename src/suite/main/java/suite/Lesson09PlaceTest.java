package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The log is shared by all threads, and every stream has its own place in it: two POSTs, a POST and a client, a silence, a lag.
 *
 * <p><b>Length:</b> each two that may come at the same time are a check of their own.
 */
@Lesson(id = "09", slug = "slow_reader", title = "The slow reader")
@Proves("slow.others")
final class Lesson09PlaceTest {

    private static final int PLENTY = 1 << 24;
    /** More than a server has in its buffers for a stream, and a fraction of what the log holds. */
    private static final int LITTLE = 40_000;

    private static final int RETAINED = 60; // More than a history, which is not to be lapped before it begins.
    private static final int HISTORY = 50;
    private static final int POSTS = 60;
    private static final int LAGGARDS = 64;
    private static final String LONG = " and more".repeat(60);
    private static final Duration HEARTBEAT = Duration.ofMillis(200);

    /** Nothing but a message wakes a stream, and in each slot lies an older message. */
    @RegisterExtension
    static final JudgedServer server = JudgedServer.scheduled(
            "PUSH_HEARTBEAT_MS", "600000",
            "PUSH_STALL_MS", "600000",
            "PUSH_RETAIN_MESSAGES", String.valueOf(RETAINED),
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer beating = JudgedServer.with(
            "PUSH_HEARTBEAT_MS", String.valueOf(HEARTBEAT.toMillis()),
            "PUSH_STALL_MS", "60000",
            "PUSH_POSTS_PER_SECOND", "0");

    /** Patient, with a long memory. */
    @RegisterExtension
    static final JudgedServer deep =
            JudgedServer.with("PUSH_STALL_MS", "600000", "PUSH_RETAIN_MESSAGES", "2000", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    void twoPostsAtATimeGetTwoPlaces() {
        var reader = server.live(server.newClient(), Format.NDJSON);
        var count = new AtomicInteger();

        int places = server.explore(
                () -> server.post("ann", "held " + count.incrementAndGet()),
                () -> server.post("bob", "meanwhile " + count.get()),
                held -> {
                    int now = count.get();
                    var came = both(reader, now, held);
                    because(
                            "To count on and to put the message into its slot are two steps, and another POST comes between them: the log needs a lock around both.",
                            () -> assertEquals(
                                    Storm.sequence(came.get(0).id()) + 1,
                                    Storm.sequence(came.get(1).id()),
                                    "the number of the second of two messages, of which one was held at " + held
                                            + " on its way"));
                });

        figures.put("places at which a POST was held", places);
    }

    private static List<Message> both(Recorder reader, int now, String held) {
        return because(
                "The streams are woken before the message is in the log, or its number is there before it: append first, under a lock that a reader takes too, then wake.",
                () -> {
                    try {
                        var came = new ArrayList<Message>();
                        while (came.size() < 2) { // Passing over what came before the first was held.
                            var message = reader.nextMessage();
                            if (message.text().endsWith(" " + now)) {
                                came.add(message);
                            }
                        }
                        var texts = came.stream().map(Message::text).sorted().toList();
                        assertEquals(List.of("held " + now, "meanwhile " + now), texts);
                        return came;
                    } catch (AssertionError e) {
                        throw new AssertionError(
                                "a POST was held at " + held + ", and meanwhile another was answered. Both must come: "
                                        + e.getMessage(),
                                e);
                    }
                });
    }

    @Test
    void aClientThatIsHeldOnItsWayInMissesNothing() {
        var client = server.newClient();
        var reader = new AtomicReference<Recorder>();
        var count = new AtomicInteger();
        fill();

        server.explore(
                () -> reader.set(server.open(client, Format.NDJSON)),
                () -> server.post("bob", "meanwhile " + count.incrementAndGet()),
                held -> assertHas(
                        reader.get(), "meanwhile " + count.get(), "a client was held at " + held + " on its way in"));
    }

    @Test
    void aClientThatComesInWhileAPostIsHeldMissesNothing() {
        var client = server.newClient();
        var reader = new AtomicReference<Recorder>();
        var count = new AtomicInteger();
        fill();

        server.explore(
                () -> server.post("bob", "held " + count.incrementAndGet()),
                () -> reader.set(withHistory(client)),
                held -> assertHas(reader.get(), "held " + count.get(), "a POST was held at " + held));
    }

    /** Returns a stream that has had its start and its history: by then the log was read. */
    private static Recorder withHistory(OkHttpClient client) {
        var opened = server.open(client, Format.NDJSON);
        opened.await(Deadline.PATIENCE, () -> opened.arrivals().size() > HISTORY || opened.ended());
        return opened;
    }

    /** While the POST is held, the reader's IO thread does whatever it has been told to, and answers another request. */
    @Test
    void aStreamThatHasComeInGetsAPostThatWasHeld() {
        var client = server.newClient();
        var reader = server.live(client, Format.NDJSON);
        var count = new AtomicInteger();

        server.explore(
                () -> server.post("bob", "held " + count.incrementAndGet()),
                () -> server.request(client, server.at("/status")),
                held -> because(
                        "The streams are woken before the message is in the log: append first, then wake.", () -> {
                            try {
                                reader.messagesUpTo("held " + count.get());
                            } catch (AssertionError e) {
                                throw new AssertionError("a POST was held at " + held + ": " + e.getMessage(), e);
                            }
                        }));
    }

    private static void fill() {
        for (int i = 0; i <= RETAINED; i++) {
            server.post("ann", "before");
        }
    }

    /** It has what was posted, without another message that would wake it. */
    private static void assertHas(Recorder reader, String posted, String meanwhile) {
        because(
                "A stream that is written to before it can be woken stays asleep: put it into the set first, then drain it. Or the log has the number of a message before the message.",
                () -> {
                    try {
                        var came = reader.messagesUpTo(posted).stream()
                                .map(message -> Storm.sequence(message.id()))
                                .toList();
                        long first = came.get(0);
                        assertEquals(
                                LongStream.range(first, first + came.size())
                                        .boxed()
                                        .toList(),
                                came,
                                "the numbers of what has come");
                    } catch (AssertionError e) {
                        throw new AssertionError(
                                meanwhile + ", and meanwhile the other came: \"" + posted
                                        + "\" must come, after all before it: " + e.getMessage(),
                                e);
                    }
                });
        reader.close();
    }

    /** Several heartbeats would be due while it takes nothing. */
    @Proves("silence.heartbeat")
    @Test
    void silenceNamesThePlaceAndNeverCutsARecord() {
        beating.requires("PUSH_HEARTBEAT_MS", "PUSH_STALL_MS");
        var peer = beating.raw(RawClient.Options.PLAIN.window(100));
        var stream = peer.open(Format.NDJSON);
        var ids = new ArrayList<String>();
        for (int i = 0; i < POSTS; i++) {
            ids.add(beating.post("suite", "message " + i + LONG));
        }
        Deadline.pause(HEARTBEAT.multipliedBy(3));

        peer.windowUpdate(0, PLENTY);
        peer.windowUpdate(1, PLENTY);

        because(
                "A heartbeat takes the place of the rest of a record that was cut: send none while something waits.",
                () -> assertEquals(
                        ids,
                        stream.messages(POSTS).stream().map(Message::id).toList(),
                        "the ids of what was posted to a stream that took nothing for three silences"));
        var beat = because(
                "A stream that has caught up is silent like any other: after that time it gets a heartbeat.",
                () -> stream.next("heartbeat", HEARTBEAT.multipliedBy(3).plus(Deadline.PATIENCE)));
        because(
                "A heartbeat has the id of the message at the stream's place, which it has taken, and not of the next one.",
                () -> assertEquals(ids.get(POSTS - 1), beat.id(), "the id of a heartbeat after all messages"));
    }

    /** It is behind by nearly all that the log holds, and reads a little. */
    @Proves("slow.memory")
    @RunsLong("it measures the memory of the whole JVM")
    @Test
    void aReaderThatIsFarBehindTakesOneRecordAtATime() {
        deep.requires("PUSH_RETAIN_MESSAGES");
        var memory = deep.memory();
        var peer = deep.raw(RawClient.Options.PLAIN.window(100));
        for (int i = 0; i < LAGGARDS; i++) {
            peer.open(Format.NDJSON);
        }
        for (int i = 0; i < 1_900; i++) {
            deep.post("suite", "message " + i + LONG);
        }
        peer.windowUpdate(0, PLENTY);
        long before = memory.settled();

        for (int i = 0; i < LAGGARDS; i++) {
            peer.windowUpdate(2 * i + 1, LITTLE);
        }
        Deadline.in(Deadline.PATIENCE).poll(() -> bytes(peer) >= LAGGARDS * LITTLE);
        assertTrue(
                bytes(peer) >= LAGGARDS * LITTLE,
                "the readers must get the bytes for which they have opened their windows");
        peer.forget(); // In one JVM it would count as the server's.

        because(
                "All that a reader lacks is taken from the log when there is room for a little of it, and kept for this reader: take the next record when the one before has gone out.",
                () -> memory.grown(before, Duration.ofSeconds(1), figures)
                        .ifPresent(grown -> fail(LAGGARDS + " streams, 1,900 messages behind, read " + LITTLE
                                + " bytes each, and that took " + (grown >> 20) + " MiB")));
    }

    private static int bytes(RawClient peer) {
        return peer.frames().stream()
                .filter(frame -> frame.is(Frame.DATA))
                .mapToInt(frame -> frame.payload().length)
                .sum();
    }
}
