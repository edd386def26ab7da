package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import push.http.RunningServer;

/** The recorder's messages about a faulty server. */
class RecorderTest {

    private static final Duration SHORT = Duration.ofMillis(200);
    private static final OkHttpClient client = Clients.http2();
    private static RunningServer server;

    @BeforeAll
    static void start() throws IOException {
        server = BadServer.start(Map.of());
    }

    @AfterAll
    static void stop() {
        Clients.close(client);
        server.close();
    }

    @Test
    void aRecordThatIsNotEndedIsNoRecord() {
        var recorder = open("/no-newline");
        recorder.awaitText("start");

        says(
                "expected a record, but nothing of the kind came within 200 ms; the response (200"
                        + " application/x-ndjson) has sent 0 records in 1 chunk of 16 bytes, the last 16 not a whole record: no line feed ends it",
                () -> recorder.next(SHORT));
    }

    @Test
    void aMalformedRecordIsToldWithItsLineAfterTheGoodOnes() {
        var recorder = open("/malformed");

        assertEquals("start", recorder.next().type());
        says("expected a record, but line 2 is not JSON", recorder::next);
        says("{oops}; the response (200 application/x-ndjson) has sent 1 record in 1 chunk", recorder::next);
        says("expected it to stay open and quiet for 200 ms, but line 2", () -> recorder.quiet(SHORT));
    }

    @Test
    void anEndInsideARecordIsToldAsSuch() {
        var recorder = open("/cut");

        assertEquals("END_STREAM (in the middle of a record)", recorder.closed().toString());
        assertEquals("start", recorder.next().type());
        says("but the response ended: END_STREAM (in the middle of a record)", recorder::next);
    }

    @Test
    void aResetIsNamedByItsCode() {
        var recorder = open("/reset");

        assertEquals(Ending.How.RESET, recorder.closed().how());
        assertEquals("start", recorder.next().type());
        says("but the response ended: RESET", recorder::next);
    }

    @Test
    void notToEndIsToldAsSuch() {
        var recorder = open("/no-newline");

        says("expected the response to end, but nothing of the kind came within 200 ms", () -> recorder.closed(SHORT));
        recorder.cancel();

        assertEquals(Ending.How.CANCELLED, recorder.closed().how());
    }

    @Test
    void anotherTypeThanTheExpectedIsTold() {
        says(
                "expected a message, but there came {\"type\":\"start\"}",
                () -> open("/malformed").next("message"));
    }

    @Test
    void aSecondStartIsNotPassedOverForAMessage() {
        var recorder = new Recorder("by hand", Format.NDJSON, () -> {});
        var bytes = "{\"type\":\"start\"}\n{\"type\":\"heartbeat\"}\n{\"type\":\"start\"}\n".getBytes(UTF_8);
        recorder.take(bytes, 0, bytes.length);

        says("by hand: expected a message, but there came {\"type\":\"start\"}", recorder::nextMessage);
    }

    @Test
    void aRecordDisturbsTheQuietAndAHeartbeatDoesNot() {
        var recorder = new Recorder("by hand", Format.NDJSON, () -> {});
        var bytes = "{\"type\":\"heartbeat\"}\n".getBytes(UTF_8);
        recorder.take(bytes, 0, bytes.length);
        recorder.quiet(SHORT);
        recorder.take("{\"type\":\"other\"}\n".getBytes(UTF_8), 0, 17);

        says("expected nothing for 200 ms, but there came {\"type\":\"other\"}", () -> recorder.quiet(SHORT));
    }

    @Test
    void aLostConnectionEndsTheResponse() throws IOException {
        var own = BadServer.start(Map.of());
        var recorder = Recorder.open(
                client,
                new Request.Builder()
                        .url("https://localhost:" + own.port() + "/no-newline")
                        .build(),
                Format.NDJSON);

        own.close();

        assertEquals(Ending.How.CONNECTION, recorder.closed().how());
    }

    private static Recorder open(String path) {
        return Recorder.open(
                client,
                new Request.Builder()
                        .url("https://localhost:" + server.port() + path)
                        .build(),
                Format.NDJSON);
    }

    private static void says(String part, Executable question) {
        var failure = assertThrows(AssertionError.class, question);
        assertTrue(failure.getMessage().contains(part), failure.getMessage());
    }
}
