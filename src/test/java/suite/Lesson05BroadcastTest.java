package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Everything to everybody, once and in one order: whoever comes in the midst of it, and whoever fails in the midst of it. */
@Lesson(id = "05", slug = "broadcast", title = "Broadcast without a gap")
class Lesson05BroadcastTest {

    private static final int STORM = 400;
    private static final int PLENTY = 1 << 24;

    @RegisterExtension
    static final Target server = Target.with("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    @Means(
            "Publishing writes to each stream in turn and waits until it has taken everything, so the slowest holds up all.")
    void aStreamThatTakesNothingStopsNobody() {
        var others = List.of(server.live(Format.NDJSON), server.live(server.newClient(), Format.NDJSON));
        others.get(0).nextMessage();
        var full = server.raw(RawClient.Options.PLAIN.window(1_000)).open(Format.NDJSON);
        var large = "x".repeat(4_000);

        var posted = List.of(server.post("ann", large), server.post("ann", large), server.post("ann", large));

        for (var recorder : others) {
            assertEquals(posted, ids(recorder.messages(posted.size())), "the ids that a stream got beside a full one");
        }
        assertFalse(full.ended(), "the full stream has ended");
    }

    @Test
    @Means(
            "A stream that takes nothing for a while is passed over from then on, or it joins the others only when its history"
                    + " has gone out.")
    void aStreamThatTookNothingGetsEverythingOnceItDoes() {
        var large = "y".repeat(4_000);
        for (int i = 0; i < 10; i++) {
            server.post("ann", large); // A history that is more than its window, and than a server's buffers.
        }
        var peer = server.raw(RawClient.Options.PLAIN.window(1_000));
        var full = peer.open(Format.NDJSON);
        var posted = List.of(server.post("ann", large), server.post("ann", large), server.post("ann", large + " last"));

        peer.windowUpdate(0, PLENTY);
        peer.windowUpdate(1, PLENTY);

        var ids = ids(full.messagesUpTo(large + " last"));
        assertEquals(
                posted, ids.subList(ids.size() - posted.size(), ids.size()), "the last ids that the full stream got");
    }

    @Test
    @Means("One stream's failure ends the loop over all of them, so those that come after it in the list get nothing.")
    void aStreamThatBreaksStopsNobody() {
        var before = server.live(server.newClient(), Format.NDJSON);
        var broken = new ArrayList<RawClient>();
        for (int i = 0; i < 3; i++) {
            var raw = server.raw();
            raw.open(Format.NDJSON).next("start");
            broken.add(raw);
        }
        var after = server.live(server.newClient(), Format.NDJSON);

        var storm = Storm.start(server, STORM / 2, 4);
        storm.awaitPosted(STORM / 8);
        broken.get(0).reset(1, 2);
        broken.get(1).tcpReset();
        broken.get(2).fin();
        storm.finish();

        storm.delivered(before).plus(storm.delivered(after)).into(figures).assertPerfect();
    }

    @Test
    @Means(
            "Reading the history and joining the live streams are two steps: what is posted between them is lost, or, if they"
                    + " are done the other way round, sent twice.")
    void whoeverJoinsInAStormMissesNothingAndGetsNothingTwice() {
        var storm = Storm.start(server, STORM, 4);
        var latecomers = new ArrayList<Recorder>();
        for (int i = 1; i <= 20; i++) {
            storm.awaitPosted(i * STORM / 25);
            latecomers.add(server.open(Format.NDJSON));
        }
        storm.finish();

        latecomers.stream()
                .map(storm::deliveredToLatecomer)
                .reduce(Delivery.NONE, Delivery::plus)
                .into(figures)
                .assertPerfect();
    }

    @Test
    @Means("Streams are written to by several threads at once, or a message gets its id before it has its place.")
    void everyStreamGetsEveryMessageInTheSameOrder() {
        var recorders = new ArrayList<Recorder>();
        for (int connection = 0; connection < 4; connection++) {
            var client = server.newClient();
            for (int stream = 0; stream < 5; stream++) {
                recorders.add(server.open(client, Format.NDJSON));
            }
        }

        var storm = Storm.start(server, STORM, 4).finish();

        recorders.stream()
                .map(storm::delivered)
                .reduce(Delivery.NONE, Delivery::plus)
                .into(figures)
                .assertPerfect();
    }

    private static List<String> ids(List<Message> messages) {
        return messages.stream().map(Message::id).toList();
    }
}
