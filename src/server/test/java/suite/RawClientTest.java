package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalInt;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The raw client against the reference: it does what it is told, and nothing else. */
class RawClientTest {

    private static final int CANCEL = 8;
    private static final String[] HEALTH = {
        ":method", "GET", ":scheme", "https", ":authority", "localhost", ":path", "/healthz", "x-more", "more"
    };
    private static final Duration SHORT = Duration.ofMillis(300);

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_STALL_MS", "60000", "PUSH_HEARTBEAT_MS", "60000");

    @RegisterExtension
    static final JudgedServer impatient = JudgedServer.with("PUSH_STALL_MS", "300", "PUSH_HEARTBEAT_MS", "60000");

    @Test
    void openReadsRecordsAndResetLeaves() {
        var client = server.raw();
        var recorder = client.open(Format.NDJSON);
        var before = server.awaitOpen(1);

        server.post("ann", "raw");

        recorder.messagesUpTo("raw");
        assertTrue(recorder.header("content-type").startsWith("application/x-ndjson"));
        client.reset(1, CANCEL);
        server.awaitOpen(0);
        assertEquals(before.closed("client") + 1, server.status().closed("client"));
    }

    @Test
    void severalStreamsOfOneConnectionAreReadApart() {
        var client = server.raw();
        var lines = client.open(Format.NDJSON);
        var events = client.open(Format.SSE);

        var id = server.post("ann", "both");

        assertEquals(
                id,
                lines.next(record -> is(record, id), "the message", Deadline.PATIENCE)
                        .id());
        assertEquals(
                id,
                events.next(record -> is(record, id), "the message", Deadline.PATIENCE)
                        .id());
    }

    @Test
    void aWindowLetsThroughExactlyItsBytes() {
        var client = server.raw(RawClient.Options.PLAIN.window(10));
        var recorder = client.open(Format.NDJSON);
        client.await(frame -> frame.is(Frame.DATA, 1), "ten bytes");
        assertEquals(10, recorder.text().length());

        client.windowUpdate(1, 25);
        server.post("ann", "more to be sent");

        client.await(frame -> recorder.text().length() >= 35, "twenty-five bytes more");
        assertEquals(35, recorder.text().length());
        recorder.quiet(Duration.ofMillis(100));
    }

    @Test
    void aWindowOfNothingIsSeenAsStalled() {
        var client = impatient.raw(RawClient.Options.PLAIN.window(0));

        var recorder = client.openUnread(Format.NDJSON);

        assertEquals(Ending.How.RESET, recorder.closed().how());
        assertEquals(0, recorder.text().length());
    }

    @Test
    void aBodyIsSentInAnyCuts() {
        var client = server.raw();
        var body = "{\"user\":\"zoë\",\"text\":\"cut everywhere\"}".getBytes(StandardCharsets.UTF_8);
        int stream = client.request("POST", "/messages", false, "content-type", "application/json");

        for (int i = 0; i < body.length; i++) {
            client.data(stream, Arrays.copyOfRange(body, i, i + 1), i == body.length - 1);
        }

        var answer = client.recorder(stream).awaitHead();
        assertEquals(201, answer.status());
        assertEquals(Ending.How.END_STREAM, answer.closed().how());
        assertTrue(answer.text().contains("zoë"), answer.text());
    }

    @Test
    void headersGoPadded() {
        var client = server.raw();
        var block = Hpack.encode(HEALTH);
        var padded = ByteBuffer.allocate(1 + block.length + 7).put((byte) 7).put(block);

        client.send(new Frame(Frame.HEADERS, Frame.END_STREAM | Frame.END_HEADERS | Frame.PADDED, 1, padded.array()));

        assertEquals(200, client.recorder(1).awaitHead().status());
    }

    @Test
    void headersGoOnInAContinuation() {
        var client = server.raw();
        var block = Hpack.encode(HEALTH);

        client.send(
                new Frame(Frame.HEADERS, Frame.END_STREAM, 1, Arrays.copyOf(block, 20)),
                new Frame(Frame.CONTINUATION, Frame.END_HEADERS, 1, Arrays.copyOfRange(block, 20, block.length)));

        assertEquals(200, client.recorder(1).awaitHead().status());
    }

    @Test
    void pingIsAnsweredAndServerSettingsAreKnown() {
        var client = server.raw();

        client.ping(42);

        client.awaitPong(42);
        assertEquals(OptionalInt.of(628), client.serverSetting(Frame.SETTING_MAX_CONCURRENT_STREAMS));
    }

    @Test
    void goAwayFinAndTcpResetEndTheStreams() {
        var gone = server.raw();
        var finished = server.raw();
        var reset = server.raw();
        var first = gone.open(Format.NDJSON);
        finished.open(Format.NDJSON);
        reset.open(Format.NDJSON);
        server.awaitOpen(3);

        gone.goAway(0);
        gone.fin();
        gone.awaitEnd(Deadline.PATIENCE);
        server.awaitOpen(2);
        finished.fin();
        finished.awaitEnd(Deadline.PATIENCE);
        server.awaitOpen(1);
        reset.tcpReset();
        server.awaitOpen(0);

        assertTrue(first.ended());
    }

    @Test
    void aResponseThatIsAskedForAfterTheConnectionsEndHasEndedToo() {
        var client = server.raw();
        client.send(new Frame(Frame.PING, 0, 1, new byte[8])); // A PING belongs to no stream.
        client.awaitEnd(Deadline.PATIENCE);

        var ending = client.recorder(1).closed();

        assertEquals(Ending.How.CONNECTION, ending.how());
        assertTrue(ending.detail().startsWith("closed by the server after GOAWAY PROTOCOL_ERROR"), ending.detail());
    }

    @Test
    void aFrozenClientReadsNothingUntilItThaws() {
        var client = server.raw(RawClient.Options.PLAIN.receiveBuffer(4096));
        var recorder = client.open(Format.NDJSON);
        recorder.next("start");
        client.freeze();

        server.post("ann", "held up");
        var before = assertThrows(
                AssertionError.class,
                () -> recorder.next(
                        record -> record.is("message") && record.text("text").equals("held up"), "it", SHORT));
        client.thaw();

        assertTrue(before.getMessage().contains("expected it"), before.getMessage());
        assertEquals(
                "held up",
                recorder.next(
                                record -> record.is("message")
                                        && record.text("text").equals("held up"),
                                "it",
                                Deadline.PATIENCE)
                        .text("text"));
    }

    @Test
    void whatDoesNotComeIsToldWithTheLastFrames() {
        var client = server.raw();

        var failure = assertThrows(
                AssertionError.class, () -> client.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY", SHORT));

        assertTrue(
                failure.getMessage().startsWith("expected a GOAWAY within 300 ms, but the connection is open; of "),
                failure.getMessage());
        assertTrue(failure.getMessage().contains("SETTINGS stream 0"), failure.getMessage());
    }

    @Test
    void hpackWritesWhatItReads() throws Exception {
        var names =
                new String[] {":status", "200", "x-empty", "", "x-127", "a".repeat(127), "x-long", "b".repeat(5000)};

        var headers = new Hpack().decode(Hpack.encode(names));

        assertEquals(4, headers.size());
        assertEquals("a".repeat(127), headers.get("x-127"));
        assertEquals("b".repeat(5000), headers.get("x-long"));
        assertEquals("", headers.get("x-empty"));
        assertFalse(headers.equals(Headers.of()));
    }

    @Test
    void paddingAndPriorityAreNoPartOfTheContent() {
        var payload = new byte[] {2, 9, 9, 9, 9, 9, 'a', 'b', 'c', 0, 0};

        var data = new Frame(Frame.DATA, Frame.PADDED, 1, payload);
        var headers = new Frame(Frame.HEADERS, Frame.PADDED | Frame.HAS_PRIORITY, 1, payload);
        var plain = new Frame(Frame.DATA, 0, 1, payload);

        assertEquals("1 8", data.start() + " " + data.length());
        assertEquals("6 3", headers.start() + " " + headers.length());
        assertEquals("0 11", plain.start() + " " + plain.length());
    }

    private static boolean is(WireRecord record, String id) {
        return record.is("message") && record.id().equals(id);
    }
}
