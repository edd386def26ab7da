package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The kit's {@link JudgedServer} and {@link Recorder} against the reference. */
class JudgedServerTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_HEARTBEAT_MS", "300");

    @Test
    void statusTellsTheHeartbeatThatWasSet() {
        assertEquals(Duration.ofMillis(300), server.heartbeat());
        assertTrue(server.status().balanced());
    }

    @Test
    void anOpenStreamBeginsWithAStartAndIsCounted() {
        var recorder = server.open(Format.NDJSON);

        assertEquals("start", recorder.next().type());
        assertEquals(1, server.awaitOpen(1).open());
        assertEquals(Protocol.HTTP_2, recorder.protocol());
        assertEquals(200, recorder.status());
        assertFalse(recorder.ended());
    }

    @Test
    void aLiveStreamBringsWhatIsNewInEachForm() {
        for (var format : List.of(Format.NDJSON, Format.SSE)) {
            server.post("ann", "history");
            var recorder = server.live(format);

            var id = server.post("ann", "hello");

            var message = recorder.nextMessage();
            assertEquals(new Message(id, "ann", "hello", message.time()), message);
        }
    }

    @Test
    void heartbeatsAreQuiet() {
        var recorder = server.live(Format.NDJSON);

        recorder.quiet(Duration.ofMillis(700));

        assertEquals("heartbeat", recorder.next().type());
    }

    @Test
    void anIdBringsBackOnlyWhatFollows() {
        var seen = server.post("ann", "seen");
        server.post("ann", "missed");

        var recorder = server.open(Format.SSE, seen);

        assertTrue(recorder.next("start").flag("resumed"));
        assertEquals("missed", recorder.nextMessage().text());
    }

    @Test
    void aSnapshotHasTheNewestFirst() {
        server.post("ann", "older");
        server.post("bob", "newer");

        var snapshot = server.open(Format.SEED).next("snapshot");

        assertEquals("newer", snapshot.messages().get(0).text());
        assertEquals("older", snapshot.messages().get(1).text());
    }

    @Test
    void drainEndsEveryStreamAndTheNextTestHasAServerAgain() throws Exception {
        var recorder = server.open(Format.NDJSON);

        var gone = server.drain();

        recorder.next(record -> record.is("bye"), "a bye", Deadline.PATIENCE);
        assertEquals(Ending.How.END_STREAM, recorder.closed().how());
        gone.get(60, TimeUnit.SECONDS);
    }

    @Test
    void aRefusedRequestIsToldWithItsAnswer() {
        var post = assertThrows(AssertionError.class, () -> server.post("", "no user"));
        var open = assertThrows(
                AssertionError.class, () -> server.open(server.client(), server.at("/nowhere"), Format.NDJSON));

        assertTrue(post.getMessage().startsWith("POST /messages must take {\"user\":\"\""), post.getMessage());
        assertTrue(post.getMessage().contains("but it answered 422 {"), post.getMessage());
        assertTrue(open.getMessage().contains("must be answered 200, but it was answered 404"), open.getMessage());
    }

    @Test
    void aRequestThatIsNeverAnsweredWholeIsToldAsSuch() {
        var hasty = server.newClient()
                .newBuilder()
                .callTimeout(Duration.ofMillis(300))
                .build();

        var failure = assertThrows(AssertionError.class, () -> server.request(hasty, server.at("/messages")));

        assertTrue(
                failure.getMessage().contains("/messages must be answered whole within 300 ms"), failure.getMessage());
    }

    @Test
    void aStatusThatIsAwaitedInVainIsToldAsItStands() {
        var failure = assertThrows(
                AssertionError.class,
                () -> server.awaitStatus(status -> status.open() == 7, "seven", Duration.ofMillis(50)));

        assertTrue(
                failure.getMessage().startsWith("expected seven within 50 ms, but GET /status says open 0"),
                failure.getMessage());
    }

    @Test
    void twoNumbersAreEnoughForAStatus() {
        var least = Status.of(WireRecord.object("{\"streams\":{\"open\":2},\"heartbeatMs\":100}"));
        var failure = assertThrows(
                AssertionError.class, () -> Status.of(WireRecord.object("{\"streams\":{\"open\":\"two\"}}")));

        assertEquals(2, least.open());
        assertFalse(least.counts());
        assertEquals(0, least.closed("client"));
        assertEquals(
                "GET /status must say streams.open as an integer, but it is \"two\" in {\"streams\":{\"open\":\"two\"}}",
                failure.getMessage());
    }
}
