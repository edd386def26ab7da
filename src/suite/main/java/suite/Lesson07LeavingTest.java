package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way to leave: the server forgets the stream within a second, without a message, unnoticed by other clients. */
@Lesson(id = "07", slug = "leaving", title = "Every way to leave")
@Proves("leave.soon")
final class Lesson07LeavingTest {

    private static final String TOO_MANY =
            "A stream that leaves is counted out more than once, or takes others along: take it alone out of a set, and let /status say how many are in it.";
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int CANCEL = 8;
    private static final int INTERNAL_ERROR = 2;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer joining =
            JudgedServer.scheduled("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    /** The way in which a client leaves, and the reason that the server should give for the end of its streams. */
    enum Way {
        CANCEL("client"),
        ERROR("error"),
        GOAWAY("goaway"),
        FIN("tcp"),
        TCP_RESET("tcp");

        final String reason;

        Way(String reason) {
            this.reason = reason;
        }

        void leave(RawClient peer, int... streams) {
            switch (this) {
                case CANCEL, ERROR -> {
                    for (int stream : streams) {
                        peer.reset(stream, this == CANCEL ? Lesson07LeavingTest.CANCEL : INTERNAL_ERROR);
                    }
                }
                case GOAWAY -> { // Only this lets open streams continue (RFC 9113, 6.8).
                    peer.goAway(0);
                    peer.fin();
                }
                case FIN -> peer.fin();
                case TCP_RESET -> peer.tcpReset();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoLeavesWhileNothingHappensIsForgottenWithinASecond(Way way) {
        var before = server.status();
        var witness = server.live(server.newClient(), Format.NDJSON);
        var peer = server.raw();
        peer.open(Format.NDJSON);
        peer.open(Format.NDJSON);
        server.awaitOpen(3);

        way.leave(peer, 1, 3);

        var after = awaitOne("only the stream that stayed to be open, after " + way);
        because("The end of a stream is counted twice, or under another reason.", () -> {
            if (after.opened().isPresent()) {
                long told = after.closed(way.reason) - before.closed(way.reason);
                assertTrue(
                        after.balanced() && told == 2,
                        () -> "2 streams must be counted under closed." + way.reason + ", but there are " + told
                                + " in " + after);
            }
        });
        because("The stream that stayed is open, and is no longer written to.", () -> {
            server.post("ann", "after " + way);
            witness.messagesUpTo("after " + way);
        });
        figures.put("streams left", after.open() - 1);
    }

    /** Gives up after a second in which the server has answered many requests: then it is not slow. */
    private static Status awaitOne(String expected) {
        var soon = Deadline.exactly(SOON);
        var status = server.status();
        for (int answers = 0; status.open() != 1 && (answers < 20 || !soon.passed()); answers++) {
            Deadline.pause(Duration.ofMillis(10));
            status = server.status();
        }
        if (status.open() != 1) {
            throw CheckFailed.withLikelyCause(
                    new AssertionError("expected " + expected + " within " + Deadline.say(SOON)
                            + ", but GET /status says " + status),
                    status.open() > 1
                            ? "A stream is taken out when a write to it fails, and an idle one is not written to. Its task is called when the response has ended: ask whether it has."
                            : TOO_MANY);
        }
        return status;
    }

    @Test
    void whoHasLeftIsForgottenBeforeAnyoneAsks() {
        var peer = server.raw();
        peer.open(Format.NDJSON);
        peer.open(Format.NDJSON);
        server.awaitOpen(2);
        peer.reset(1, CANCEL);
        peer.reset(3, CANCEL);

        peer.ping(1);
        peer.awaitPong(1); // The server has read both.
        Deadline.pause(SOON); // Without requests or posts.

        because(
                "Nothing tells the server that an idle stream has ended, or GET /status itself looks who has left, and keeps the dead between two looks. The task of whenRoom is called when a response has ended: ask there.",
                () -> assertEquals(
                        0, server.status().open(), "streams.open, asked once, a second after the only two have left"));
    }

    /** The server is held at each place in turn while it admits a client, and meanwhile the client leaves. */
    @Test
    void whoLeavesWhileComingInIsForgotten() {
        var peer = joining.raw();
        var streams = new AtomicInteger(-1);
        var left = new AtomicBoolean(true);
        var count = new AtomicInteger();

        joining.explore(
                () -> {
                    if (!left.get()) { // The one that found the places.
                        leave(peer, streams.get(), left);
                    }
                    left.set(false);
                    streams.addAndGet(2);
                    peer.openUnread(Format.NDJSON);
                    Deadline.in(Deadline.PATIENCE)
                            .poll(() -> left.get() || joining.status().open() == 1);
                },
                () -> leave(peer, streams.get(), left),
                held -> {
                    try {
                        joining.awaitStatus(
                                status -> status.open() == 0,
                                "no stream to be open, after a client has left while it was held at " + held
                                        + " on its way in (place " + count.incrementAndGet() + ")",
                                SOON);
                    } catch (AssertionError e) {
                        throw CheckFailed.withLikelyCause(
                                e,
                                joining.status().open() < 0
                                        ? TOO_MANY
                                        : "A stream that has ended before it is put into the set stays there: put it there first, and then ask whether it is open, whatever waits in its queue.");
                    }
                });
    }

    private static void leave(RawClient peer, int stream, AtomicBoolean left) {
        peer.reset(stream, CANCEL);
        peer.ping(stream);
        peer.awaitPong(stream);
        left.set(true);
    }

    @Proves("leave.alone")
    @Test
    void streamThatIsCancelledLeavesItsNeighboursAlone() {
        var peer = server.raw();
        peer.open(Format.NDJSON);
        var neighbour = peer.open(Format.NDJSON);
        server.awaitOpen(2);

        peer.reset(1, CANCEL);

        because("One cancelled stream takes its connection, or its neighbours on it, along.", () -> {
            server.awaitStatus(status -> status.open() == 1, "one stream of two to be open", SOON);
            server.post("ann", "to those that stayed");
            neighbour.messagesUpTo("to those that stayed");
        });
    }

    @Proves("leave.alone")
    @Test
    void streamsThatLeaveInAStormHarmNobody() {
        var witness = server.live(server.newClient(), Format.NDJSON);
        var leavers = new ArrayList<RawClient>();
        for (Way way : Way.values()) {
            var peer = server.raw();
            peer.open(Format.NDJSON);
            leavers.add(peer);
        }

        var storm = Storm.start(server, 100, 2);
        for (Way way : Way.values()) {
            storm.awaitPosted(20 * (way.ordinal() + 1));
            way.leave(leavers.get(way.ordinal()), 1);
        }
        storm.finish();

        because("Writing to those who have just gone fails for those who have not.", () -> {
            var delivery = storm.delivered(witness);
            delivery.into(figures);
            delivery.assertPerfect();
        });
        try {
            server.awaitStatus(status -> status.open() == 1, "only the stream that stayed to be open", SOON);
        } catch (AssertionError e) {
            throw CheckFailed.withLikelyCause(
                    e,
                    server.status().open() < 1
                            ? TOO_MANY
                            : "A stream that left while it was written to is not taken out.");
        }
    }

    @Test
    void hundredsThatComeAndGoLeaveNothingBehind() {
        var peer = server.raw();
        int rounds = 300;

        for (int i = 0; i < rounds; i++) {
            peer.open(Format.NDJSON);
            peer.reset(2 * i + 1, CANCEL);
        }

        because(
                "A stream that has ended before it is in the set is put there and stays, or what is kept for a stream is given back never, or twice.",
                () -> {
                    var status = server.awaitStatus(s -> s.open() == 0, "no stream to be open after " + rounds, SOON);
                    figures.put("came and went", rounds);
                    figures.put("streams left", status.open());
                });
    }
}
