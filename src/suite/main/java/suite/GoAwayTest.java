package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client's GOAWAY: open streams go on, no new one begins, and the connection ends with the last one (RFC 9113, 6.8). */
@Area(id = "goaway", title = "A client's GOAWAY")
@Proves("leave.goaway")
final class GoAwayTest {

    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @ParameterizedTest
    @ValueSource(ints = {0, 100})
    void openStreamsGoOn(int debugBytes) {
        var peer = server.raw();
        var first = peer.open(Format.NDJSON);
        var second = peer.open(Format.SSE);
        peer.send(new Frame(Frame.GOAWAY, 0, 0, new byte[8 + debugBytes]));
        peer.ping(1);
        peer.awaitPong(1);

        for (int i = 0; i < 3; i++) {
            server.post("ann", "after GOAWAY " + i + " " + debugBytes);
        }

        because(
                "A client's GOAWAY ends its streams, though it has only said that it will ask for nothing more.",
                () -> {
                    for (var stream : List.of(first, second)) {
                        stream.messagesUpTo("after GOAWAY 2 " + debugBytes);
                    }
                    assertEquals(2, server.status().open());
                    peer.fin();
                    server.awaitStatus(status -> status.open() == 0, "no stream after FIN", Deadline.PATIENCE);
                });
    }

    @Test
    void newRequestsAreRefusedAndThoseBeforeAreAnswered() {
        var peer = server.raw();
        var stream = peer.open(Format.NDJSON);
        var both = new ByteArrayOutputStream();
        peer.request("POST", "/messages", false, "content-type", "application/json");
        both.writeBytes(new Frame(Frame.GOAWAY, 0, 0, new byte[8]).bytes());
        both.writeBytes(
                new Frame(Frame.DATA, Frame.END_STREAM, 3, "{\"user\":\"a\",\"text\":\"before\"}".getBytes()).bytes());
        peer.send(both.toByteArray());

        int refused = peer.request("GET", "/messages", true, "accept", "application/x-ndjson");

        because("A client's GOAWAY is not looked at: requests after it are served.", () -> {
            var refusal = peer.await(
                    frame -> frame.is(Frame.RST_STREAM, refused) || frame.is(Frame.GOAWAY) && frame.number(0) < refused,
                    "a reset of stream " + refused + ", or a GOAWAY that names an earlier one as the last");
            assertTrue(refusal.is(Frame.GOAWAY) || refusal.number(0) == REFUSED_STREAM, refusal.toString());
            assertEquals(201, peer.recorder(3).awaitHead().status());
            stream.messagesUpTo("before");
        });
    }

    @Test
    void connectionEndsWithItsLastStream() {
        var peer = server.raw();
        peer.open(Format.NDJSON);
        peer.open(Format.NDJSON);
        peer.goAway(0);
        peer.reset(1, CANCEL);
        server.awaitOpen(1);
        peer.ping(1);
        peer.awaitPong(1); // The connection stays as long as one stream does.

        peer.reset(3, CANCEL);

        because("A connection whose client has sent GOAWAY stays forever.", () -> {
            peer.await(frame -> frame.is(Frame.GOAWAY), "the server's GOAWAY");
            peer.awaitEnd(Deadline.PATIENCE);
            assertEquals(0, server.status().open());
        });
    }

    @Test
    void connectionWithoutAStreamEnds() {
        var peer = server.raw();

        peer.goAway(0);

        peer.await(frame -> frame.is(Frame.GOAWAY), "the server's GOAWAY");
        peer.awaitEnd(Deadline.PATIENCE);
    }

    @Test
    void goAwayMayComeByteByByteAndTwice() {
        var peer = server.raw();
        var stream = peer.open(Format.NDJSON);
        var frames = new ByteArrayOutputStream();
        frames.writeBytes(Frame.ofInts(Frame.PING, 0, 0, 0, 1).bytes());
        frames.writeBytes(new Frame(Frame.GOAWAY, 0, 0, new byte[20]).bytes());
        frames.writeBytes(Frame.ofInts(Frame.PING, 0, 0, 0, 2).bytes());
        frames.writeBytes(new Frame(Frame.GOAWAY, 0, 0, new byte[8]).bytes());
        frames.writeBytes(Frame.ofInts(Frame.PING, 0, 0, 0, 3).bytes());

        peer.sendByteByByte(frames.toByteArray());

        because("A GOAWAY that comes in pieces, or twice, breaks the frames around it.", () -> {
            peer.awaitPong(3);
            server.post("ann", "byte by byte");
            stream.messagesUpTo("byte by byte");
        });
    }

    @Test
    void goAwayMayBeCutAnywhere() {
        byte[] goAway = new Frame(Frame.GOAWAY, 0, 0, new byte[20]).bytes();
        var peer = server.raw();
        var stream = peer.open(Format.NDJSON);
        stream.next("start");
        peer.ping(0);
        peer.awaitPong(0); // From now on the client itself sends nothing that could come between two pieces.

        for (int cut = 1; cut < goAway.length; cut++) {
            peer.send(Arrays.copyOf(goAway, cut));
            peer.send(Arrays.copyOfRange(goAway, cut, goAway.length));
            peer.ping(cut);
            peer.awaitPong(cut);
        }

        because("A GOAWAY that comes in two pieces is not known as one.", () -> {
            server.post("ann", "in pieces");
            stream.messagesUpTo("in pieces");
        });
    }

    @Proves("limit.frames")
    @ParameterizedTest
    @CsvSource({"0, 7", "0, 0", "1, 8"})
    void malformedGoAwayEndsTheConnection(int stream, int length) {
        var peer = server.raw();

        peer.send(new Frame(Frame.GOAWAY, 0, stream, new byte[length]));

        because(
                "A GOAWAY that is too short, or that names a stream, passes for a good one.",
                () -> assertTrue(
                        Refusal.goesAway(peer), "the server must end the connection, by GOAWAY or without a word"));
    }
}
