package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Silence: the client must be able to tell a quiet line from a dead one, and so must the server. */
@Lesson(id = "08", slug = "silence", title = "Silence")
@Proves("silence.ping")
final class Lesson08SilenceTest {

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.with("PUSH_HEARTBEAT_MS", "300", "PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer watchful = JudgedServer.with(
            "PUSH_HEARTBEAT_MS", "300",
            "PUSH_PING_MS", "200",
            "PUSH_PING_TIMEOUT_MS", "400",
            "PUSH_STALL_MS", "60000");

    /** A machine that stands still for a moment answers no PING. */
    @RegisterExtension
    static final JudgedServer indulgent = JudgedServer.with(
            "PUSH_HEARTBEAT_MS", "300",
            "PUSH_PING_MS", "200",
            "PUSH_PING_TIMEOUT_MS", "1500",
            "PUSH_STALL_MS", "60000");

    @RegisterExtension
    final Figures figures = new Figures();

    /** Returns two and a half heartbeats, after which a page gives up a stream; a slow machine gets some more time. */
    private static Duration heartbeats(JudgedServer of) {
        return of.heartbeat().multipliedBy(5).dividedBy(2).plus(Deadline.PATIENCE);
    }

    @Proves("silence.heartbeat")
    @Test
    void quietStreamBeatsAndNamesTheNewestMessage() {
        var stream = server.live(Format.NDJSON);
        for (int i = 0; i < 51; i++) { // More than a history: the number of retained messages is not a sequence.
            server.post("ann", "talk " + i);
        }
        var newest = server.post("ann", "the last word");
        stream.messagesUpTo("the last word");

        var first = nextHeartbeat(stream, 1);
        var second = nextHeartbeat(stream, 2);

        because("A heartbeat has the id of the message that was last given one, and not of another.", () -> {
            assertEquals(newest, first.id(), "a heartbeat must name the newest message, so that a client sees a gap");
            assertEquals(newest, second.id(), "a heartbeat must name the newest message, so that a client sees a gap");
        });
        var history = server.history(server.open(server.newClient(), Format.NDJSON), "the last word").stream()
                .map(Message::text)
                .toList();
        because("A heartbeat is no message: what it names is not kept again.", () -> {
            var expected = Stream.concat(IntStream.range(2, 51).mapToObj(i -> "talk " + i), Stream.of("the last word"))
                    .toList();
            if (!history.equals(expected)) {
                fail("after two heartbeats a history must be what it was before them: "
                        + FirstDifference.of(expected, history));
            }
        });
    }

    /** Only time in which the server answers something else promptly counts as silence; a machine may stand still. */
    private static WireRecord nextHeartbeat(Recorder stream, int number) {
        var heartbeat = server.heartbeat();
        var patience = Deadline.in(heartbeats(server));
        var silent = Duration.ZERO;
        while (beats(stream.arrivals()) < number && !patience.passed()) {
            long before = System.nanoTime();
            Deadline.pause(heartbeat.dividedBy(10));
            server.status();
            var slice = Duration.ofNanos(System.nanoTime() - before);
            silent = slice.compareTo(heartbeat.dividedBy(2)) < 0 ? silent.plus(slice) : silent;
            if (silent.compareTo(heartbeat.multipliedBy(3)) > 0) {
                because(
                        "Nothing is written while there are no messages: a client cannot tell this from a dead line.",
                        () -> fail("a heartbeat is due after " + Deadline.say(heartbeat)
                                + " of silence, but for three times as long nothing came on a quiet stream, while the"
                                + " server answered everything else promptly"));
            }
        }
        return stream.next("heartbeat");
    }

    static long beats(List<Intake.Arrival> arrivals) {
        return arrivals.stream()
                .filter(arrival -> arrival.record().is("heartbeat"))
                .count();
    }

    /** However slow a machine is, nothing can have been written to a stream before it was asked for. */
    @Proves("silence.heartbeat")
    @Test
    void heartbeatComesAfterSilenceAndNotBefore() {
        var heartbeat = server.heartbeat();
        var client = server.newClient();
        var asked = new ArrayList<Long>();
        var streams = new ArrayList<Recorder>();
        for (int i = 0; i < 8; i++) { // One at each eighth of a clock that beats for all.
            asked.add(System.nanoTime());
            streams.add(server.open(client, Format.NDJSON));
            Deadline.pause(heartbeat.dividedBy(8));
        }

        for (int i = 0; i < streams.size(); i++) {
            var stream = streams.get(i);
            stream.await(heartbeats(server), () -> beats(stream.arrivals()) >= 2 || stream.ended());
            int number = 0;
            for (var arrival : stream.arrivals()) {
                if (arrival.record().is("heartbeat")) {
                    assertDue(
                            heartbeat.multipliedBy(++number), Duration.ofNanos(arrival.nanos() - asked.get(i)), number);
                }
            }
        }
    }

    private static void assertDue(Duration due, Duration came, int number) {
        because(
                "A heartbeat comes when nothing was written to this stream for that time. Its own start and its last heartbeat were written too, and a clock or a message of others says nothing about it.",
                () -> {
                    if (came.compareTo(due.multipliedBy(9).dividedBy(10)) < 0) {
                        fail("a stream's heartbeat " + number + " may come " + Deadline.say(due)
                                + " after it was asked for, not earlier, but it came after " + came.toMillis() + " ms");
                    }
                });
    }

    @Proves("silence.heartbeat")
    @Test
    void streamThatIsBusyDoesNotBeat() {
        var stream = server.live(Format.NDJSON);
        var heartbeat = server.heartbeat();
        var patience = Deadline.in(heartbeat.multipliedBy(20).plus(Deadline.PATIENCE));

        int first = 0; // Of the messages that came close together for the time of two heartbeats.
        int posted = 0;
        long last = System.nanoTime();
        for (long since = last; last - since < heartbeat.toNanos() * 2; posted++) {
            Deadline.pause(heartbeat.dividedBy(20));
            server.post("ann", "busy " + posted);
            long now = System.nanoTime();
            if (now - last > heartbeat.toNanos() / 2) { // The machine was slow, and the server right to beat.
                first = posted;
                since = now;
            }
            last = now;
            assertTrue(!patience.passed(), "this machine is too slow to post twice in a heartbeat");
        }
        stream.messagesUpTo("busy " + (posted - 1));

        var types = stream.arrivals().stream()
                .dropWhile(isMessage("busy " + first).negate())
                .takeWhile(isMessage("busy " + (posted - 1)).negate())
                .toList();
        long beats = beats(types);
        figures.put("messages without a pause", types.size());
        figures.put("heartbeats among them", beats);
        because(
                "Heartbeats come by the clock and not after silence: they are noise between messages.",
                () -> assertEquals(
                        0, beats, beats + " heartbeats came among " + types.size() + " messages without a pause"));
    }

    private static Predicate<Intake.Arrival> isMessage(String text) {
        return arrival ->
                arrival.record().is("message") && arrival.record().text("text").equals(text);
    }

    @Test
    void serverNoticesThatANetworkSwallowsEverything() {
        watchful.requires("PUSH_PING_MS", "PUSH_PING_TIMEOUT_MS");
        var relay = watchful.relay();
        var client = watchful.newClient();
        var before = watchful.status();
        watchful.open(client, new Request.Builder().url(relay.url("/messages")), Format.NDJSON);

        relay.swallow(FaultyProxy.Way.values());

        because(
                "The peer cannot answer, and the server does not ask it: send HTTP/2 PINGs, because heartbeats vanish in its window.",
                () -> {
                    var after = watchful.awaitStatus(
                            status -> status.open() == 0,
                            "the stream of a client that cannot be reached to be gone",
                            Deadline.PATIENCE);
                    if (after.opened().isPresent()) {
                        assertEquals(before.closed("ping") + 1, after.closed("ping"), after.toString());
                    }
                });
    }

    @Test
    void serverNoticesAPeerThatIsFrozen() {
        watchful.requires("PUSH_PING_MS", "PUSH_PING_TIMEOUT_MS");
        var peer = watchful.raw();
        peer.open(Format.NDJSON);
        peer.open(Format.NDJSON);

        peer.freeze();

        because(
                "A frozen peer's socket stays open and its window takes the heartbeats: only an unanswered PING finds it.",
                () -> watchful.awaitStatus(
                        status -> status.open() == 0, "a frozen peer's two streams to be gone", Deadline.PATIENCE));
    }

    @RunsLong("it waits for several PINGs")
    @Test
    void serverKeepsAPeerThatListensAndSaysNothing() {
        indulgent.requires("PUSH_PING_MS", "PUSH_PING_TIMEOUT_MS");
        var peer = indulgent.raw(RawClient.Options.PLAIN.window(1 << 20)); // Refills nothing: it only answers PINGs.
        var stream = peer.open(Format.NDJSON);
        stream.next("start");

        for (int i = 0; i < 8; i++) { // Longer than a PING and its answer may take.
            stream.next("heartbeat", heartbeats(indulgent));
        }

        because(
                "The server counts silence as death: a peer that only listens, and answers PINGs, must stay.",
                () -> assertEquals(1, indulgent.status().open()));
    }
}
