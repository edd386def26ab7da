package suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Properties of a connection rather than of one of its streams: who speaks first, its window, PINGs and SETTINGS. */
class ConnectionTest {

    private static final int PLENTY = 1 << 24;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_HEARTBEAT_MS", "200",
            "PUSH_PING_MS", "200",
            "PUSH_PING_TIMEOUT_MS", "5000",
            "PUSH_STALL_MS", "60000",
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0");

    @Test
    @LikelyCause("A PING went out before the server's SETTINGS, which must be the first frame: RFC 9113, section 3.4.")
    void aClientThatSpeaksLateIsGreetedFirst() throws IOException {
        var socket = TlsSocket.connect("localhost", server.port(), 0);
        var clock = server.live(Format.NDJSON);
        for (int i = 0; i < 3; i++) {
            clock.next("heartbeat"); // PINGs have come due in this time.
        }

        socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
        socket.write(new Frame(Frame.SETTINGS, 0, 0, new byte[0]).bytes());
        var first = Frame.read(new DataInputStream(socket.input())).orElseThrow();
        socket.close();

        assertTrue(first.is(Frame.SETTINGS), "the first frame must be SETTINGS, but it is " + first);
    }

    @Test
    @LikelyCause("The server waits for an answer to its SETTINGS that it does not need.")
    void aClientThatNeverAcknowledgesSettingsIsServed() {
        var peer = server.raw(RawClient.Options.PLAIN.withoutSettingsAcks());
        var stream = peer.open(Format.NDJSON);

        var storm = Storm.start(server, 50, 2).finish();

        storm.delivered(stream).assertPerfect();
    }

    @Test
    @LikelyCause("PINGs keep the server from its streams, or are not all answered.")
    void aFloodOfPingsIsAnsweredAndDelaysNoOtherClient() {
        var other = server.open(server.newClient(), Format.NDJSON);
        var peer = server.raw();
        var stream = peer.open(Format.NDJSON);
        var storm = Storm.start(server, 50, 2);

        for (int i = 1; i <= 2_000; i++) {
            peer.ping(i);
        }

        storm.finish();
        storm.delivered(stream).plus(storm.delivered(other)).assertPerfect();
        peer.awaitPong(2_000);
    }

    @Test
    @LikelyCause("One stream that does not read keeps its neighbours from reading.")
    void oneStalledStreamOfManyHoldsNoneOfTheOthersUp() {
        var peer = server.raw(RawClient.Options.PLAIN.window(10));
        peer.windowUpdate(0, PLENTY);
        var stalled = peer.open(Format.NDJSON);
        var others = new ArrayList<Recorder>();
        for (int stream = 3; stream <= 81; stream += 2) {
            others.add(peer.open(Format.NDJSON));
            peer.windowUpdate(stream, PLENTY);
        }

        var storm = Storm.start(server, 50, 2).finish();

        others.forEach(stream -> storm.delivered(stream).assertPerfect());
        assertEquals(10, stalled.text().length());
    }

    @Test
    @LikelyCause("Streams that waited for the connection's window, which they share, are not all taken up again.")
    void allStreamsGoOnWhenTheSharedWindowOpens() {
        var peer = server.raw(RawClient.Options.PLAIN.window(PLENTY));
        var streams = List.of(peer.open(Format.NDJSON), peer.open(Format.SSE), peer.open(Format.NDJSON));
        var text = "x".repeat(4_000);
        for (int i = 0; i < 10; i++) { // More than the 65,535 bytes of the connection, though not of any stream.
            server.post("suite", text);
        }
        peer.await(
                frame -> streams.stream()
                                .mapToInt(stream -> stream.text().length())
                                .sum()
                        > 65_500,
                "all it may");
        var storm = Storm.start(server, 50, 2).finish();

        peer.windowUpdate(0, PLENTY);

        streams.forEach(stream -> storm.delivered(stream).assertPerfect());
    }

    @Test
    @LikelyCause("A heartbeat was written into the middle of a record, in place of the rest of it.")
    void aHeartbeatThatIsDueNeverCutsARecord() {
        var clock = server.live(Format.NDJSON);
        var peer = server.raw(RawClient.Options.PLAIN.window(10));
        var stream = peer.open(Format.NDJSON);
        peer.await(frame -> stream.text().length() == 10, "ten bytes");
        for (int i = 0; i < 5; i++) {
            clock.next("heartbeat");
        }

        peer.windowUpdate(1, PLENTY);
        peer.windowUpdate(0, PLENTY);
        stream.next("start");
        var id = server.post("suite", "moving again");

        stream.awaitArrival(record -> record.id().equals(id) && record.is("message"), "the message");
    }

    @LikelyCause("A GOAWAY that is too short, or that names a stream, passes for a good one.")
    @ParameterizedTest
    @CsvSource({"0, 7, FRAME_SIZE_ERROR", "0, 0, FRAME_SIZE_ERROR", "1, 8, PROTOCOL_ERROR"})
    void aMalformedGoAwayIsAnsweredByItsError(int stream, int length, String error) {
        var peer = server.raw();

        peer.send(new Frame(Frame.GOAWAY, 0, stream, new byte[length]));

        var answer = peer.await(frame -> frame.is(Frame.GOAWAY), "the server's GOAWAY");
        assertEquals(error, Frame.error(answer.number(4)));
        peer.awaitEnd(Deadline.PATIENCE);
    }

    @LikelyCause("SETTINGS that acknowledge are not looked at: RFC 9113, section 6.5, wants FRAME_SIZE_ERROR.")
    @ParameterizedTest
    @ValueSource(ints = {1, 6, 12})
    void anAcknowledgementThatHasSettingsIsAnsweredByItsError(int length) {
        var peer = server.raw();

        peer.send(new Frame(Frame.SETTINGS, Frame.ACK, 0, new byte[length]));

        var answer = peer.await(frame -> frame.is(Frame.GOAWAY), "the server's GOAWAY");
        assertEquals("FRAME_SIZE_ERROR", Frame.error(answer.number(4)));
        peer.awaitEnd(Deadline.PATIENCE);
    }

    @LikelyCause("The server forgets that its table of header fields was emptied in between: RFC 7541, section 4.2.")
    @ParameterizedTest
    @ValueSource(ints = {0, 40, 100})
    void aTableThatShrinksAndGrowsAgainIsStillTheClients(int least) {
        var peer = server.raw();
        int first = peer.request("GET", "/healthz", true);
        assertEquals(200, Refusal.of(peer, first).status());

        peer.settings(1, least, 1, 4_096);
        int second = peer.request("GET", "/healthz", true);

        assertEquals(200, Refusal.of(peer, second).status());
        peer.close();
    }

    @LikelyCause("The server answers a reset with one of its own, against RFC 9113, section 5.4.2.")
    @ParameterizedTest
    @CsvSource({"GET, text/plain, 0", "POST, application/json, 0", "POST, application/json, 5", "POST, text/plain, 5"})
    void aResetIsNotAnsweredByAReset(String method, String type, int bytes) {
        var peer = server.raw();
        int stream = peer.request(method, "/messages", false, "content-type", type);
        peer.data(stream, new byte[bytes], false);
        peer.ping(1);
        peer.awaitPong(1);

        peer.reset(stream, 8);

        var clock = server.live(Format.NDJSON);
        for (int i = 0; i < 6; i++) {
            clock.next("heartbeat"); // The server stops a refused request in this time.
        }
        assertEquals(
                List.of(),
                peer.frames().stream()
                        .filter(frame -> frame.is(Frame.RST_STREAM, stream))
                        .toList());
        peer.close();
    }

    @Test
    void ourGoAwayFollowsTheLastStreamOfAClientThatHasSentOne() {
        var peer = server.raw();
        peer.open(Format.NDJSON);
        peer.goAway(0);
        peer.ping(1);
        peer.awaitPong(1);
        assertTrue(peer.frames().stream().noneMatch(frame -> frame.is(Frame.GOAWAY)), "one stream is still open");
        int refused = peer.request("GET", "/messages", true);
        var reset = peer.await(frame -> frame.is(Frame.RST_STREAM, refused), "a refusal");
        assertEquals("REFUSED_STREAM", Frame.error(reset.number(0)));

        peer.reset(1, 8);

        peer.await(frame -> frame.is(Frame.GOAWAY), "the server's GOAWAY");
        peer.awaitEnd(Deadline.PATIENCE);
    }
}
