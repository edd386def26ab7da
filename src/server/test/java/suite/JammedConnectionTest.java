package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A peer that does not read its socket, though the windows of HTTP/2 are wide open: the server's bytes are stuck in
 * TCP, the last frame perhaps half sent, and the fate of one stream must not break the frames of another.
 */
class JammedConnectionTest {

    private static final RawClient.Options WIDE =
            RawClient.Options.PLAIN.window(1 << 24).receiveBuffer(8 * 1024);
    private static final String LONG = "x".repeat(4_000);

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_STALL_MS", "60000",
            "PUSH_HEARTBEAT_MS", "60000",
            "PUSH_PING_MS", "60000",
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer impatient =
            JudgedServer.with("PUSH_STALL_MS", "3000", "PUSH_PING_MS", "60000", "PUSH_POSTS_PER_SECOND", "0");

    @Test
    @LikelyCause(
            "A stream's frame is thrown away when half of it is on the wire, and the connection is broken for every"
                    + " stream.")
    void oneStreamIsCancelledAndTheOtherMissesNothing() {
        var before = server.status();
        var peer = server.raw(WIDE);
        peer.windowUpdate(0, 1 << 30);
        var cancelled = open(server, peer, Format.NDJSON);
        var other = open(server, peer, Format.NDJSON);
        jam(server, peer);

        peer.reset(1, 8);
        var status = server.awaitOpen(1);
        var last = server.post("suite", "after the jam");
        peer.thaw();

        assertEquals(before.closed("client") + 1, status.closed("client"), status.toString());
        other.awaitArrival(record -> record.id().equals(last), "the last message");
        assertInOrder(other);
        assertTrue(!cancelled.ended() || cancelled.closed().how() == Ending.How.RESET, "no other end is right");
    }

    @Test
    @LikelyCause("A stream whose head waits for TCP is asked again and again for what it cannot send, and then ended.")
    void streamsThatOpenDuringAJamGoOn() {
        var peer = server.raw(WIDE);
        peer.windowUpdate(0, 1 << 30);
        var first = open(server, peer, Format.NDJSON);
        jam(server, peer);
        var before = server.status();
        var late = IntStream.range(0, 100)
                .mapToObj(i -> peer.openUnread(Format.NDJSON))
                .toList();

        server.awaitOpen(before.open() + 100);
        var last = server.post("suite", "after the jam");
        peer.thaw();

        late.forEach(stream -> stream.awaitArrival(record -> record.id().equals(last), "the last message"));
        first.awaitArrival(record -> record.id().equals(last), "the last message");
        assertEquals(before.open() + 100, server.status().open());
    }

    @Test
    @LikelyCause("Streams that TCP holds up are not closed as stalled, or their connection is broken with them.")
    void whatTcpHoldsUpIsStalledAndTheConnectionStaysGood() {
        var peer = impatient.raw(WIDE);
        peer.windowUpdate(0, 1 << 30);
        var streams = List.of(
                open(impatient, peer, Format.NDJSON),
                open(impatient, peer, Format.SSE),
                open(impatient, peer, Format.NDJSON));
        jam(impatient, peer);

        var status = impatient.awaitOpen(0);
        peer.thaw();

        assertEquals(3, status.closed("stalled"), status.toString());
        for (var stream : streams) {
            assertEquals(Ending.How.RESET, stream.closed().how());
        }
        int ask = peer.request("GET", "/healthz", true);
        assertEquals(200, peer.recorder(ask).awaitHead().status());
    }

    @Test
    @LikelyCause("With many frames queued the server stops reading, and learns nothing of its peer's end.")
    void manyStreamsAreGoneWithTheirConnection() {
        for (var way : List.of("reset", "FIN")) {
            var before = server.status();
            var peer = server.raw(WIDE);
            peer.windowUpdate(0, 1 << 30);
            IntStream.range(0, 100).forEach(i -> open(server, peer, Format.NDJSON));
            jam(server, peer);

            if (way.equals("FIN")) {
                peer.fin();
            } else {
                peer.tcpReset();
            }

            var status = server.awaitOpen(0);
            assertEquals(before.closed("tcp") + 100, status.closed("tcp"), "after a " + way + ": " + status);
        }
    }

    @Test
    @LikelyCause(
            "The server lets the system buffer megabytes for a reader that has stopped, and takes that for progress.")
    void littleIsBufferedForAReaderThatStops() {
        var peer = server.raw(WIDE);
        peer.windowUpdate(0, 1 << 30);
        open(server, peer, Format.NDJSON);

        int bytes = jam(server, peer);

        assertTrue(bytes <= 1 << 20, bytes + " bytes went out to a reader that had stopped");
    }

    /** Opens a stream that has nothing to catch up on. */
    private static Recorder open(JudgedServer target, RawClient peer, Format format) {
        var stream = peer.open(format, "last-event-id", target.post("suite", "no history"));
        stream.next("start");
        return stream;
    }

    /** Freezes the peer and posts until its streams have to wait; returns the number of bytes that each took. */
    private static int jam(JudgedServer target, RawClient peer) {
        target.awaitStatus(status -> lag(status) == 0, "no stream behind", Deadline.PATIENCE);
        peer.freeze();
        int bytes = 0;
        for (long lag = 0; lag < 20 || lag(target.status()) < lag; lag = lag(target.status())) {
            target.post("suite", LONG);
            bytes += LONG.length();
            assertTrue(bytes < 32 << 20, "no stream waits after " + bytes + " bytes");
        }
        return bytes;
    }

    private static long lag(Status status) {
        long lag = 0;
        for (var shard : status.json().path("shards")) {
            lag = Math.max(lag, shard.path("maxLag").longValue());
        }
        return lag;
    }

    private static void assertInOrder(Recorder stream) {
        long previous = 0;
        for (var arrival : stream.arrivals()) {
            if (arrival.record().is("message")) {
                long sequence = Storm.sequence(arrival.record().id());
                assertTrue(previous == 0 || sequence == previous + 1, sequence + " came after " + previous);
                previous = sequence;
            }
        }
    }
}
