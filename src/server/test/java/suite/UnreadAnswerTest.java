package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An unread answer has the time limit of a stalled stream; a client that reads has as long as it needs. */
final class UnreadAnswerTest {

    private static final int STALL_MS = 1_000;
    private static final int CANCEL = 8;
    private static final int PARTS = 6;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_STALL_MS", String.valueOf(STALL_MS), "PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    /** A machine that stands still for a moment is no reader that does. */
    @RegisterExtension
    static final JudgedServer patient = JudgedServer.with("PUSH_STALL_MS", String.valueOf(4 * STALL_MS));

    @BeforeAll
    static void fillHistory() {
        IntStream.range(0, 200).forEach(i -> server.post("ann", i + "x".repeat(4_000)));
    }

    @LikelyCause("An answer waits for its reader for ever.")
    @Test
    void unreadAnswersAreResetAndTheirConnectionsGoOn() {
        var unread = new HashMap<RawClient, List<Integer>>();
        for (var path : List.of("/", "/history", "/metrics", "/nothing")) {
            var client = server.raw(RawClient.Options.PLAIN.window(0));
            var streams = IntStream.range(0, 20).map(i -> client.request("GET", path, true));
            unread.put(client, streams.boxed().toList());
        }

        unread.forEach((client, streams) -> {
            for (int stream : streams) {
                client.await(frame -> frame.is(Frame.RST_STREAM, stream), "a reset of the answer that is not read");
            }
            int next = client.request("GET", "/healthz", true);
            client.windowUpdate(next, 1_000);
            assertEquals("ok\n", client.recorder(next).answer().body());
        });
        assertNothingIsHeld();
        unread.keySet().forEach(RawClient::close);
    }

    @LikelyCause("Time runs though the client reads.")
    @Test
    void slowReaderGetsTheWholeAnswer() {
        var client = patient.raw(RawClient.Options.PLAIN.window(0));
        int stream = client.request("GET", "/stream.js", true);
        var answer = client.recorder(stream);
        var length = patient.get("/stream.js").body().length();

        for (int i = 0; i < PARTS && !answer.ended(); i++) { // Longer than a stall in all.
            client.windowUpdate(stream, length / PARTS + 1);
            Deadline.exactly(Duration.ofMillis(STALL_MS)).poll(answer::ended);
        }

        assertEquals(length, answer.answer().body().length());
        client.close();
    }

    @LikelyCause("A client that resets what it has not read is not told to what keeps the answer.")
    @Test
    void answerThatIsResetUnreadIsForgotten() {
        var client = server.raw(RawClient.Options.PLAIN.window(0));
        for (int round = 0; round < 3; round++) {
            var streams = new ArrayList<Integer>();
            for (int i = 0; i < 300; i++) {
                streams.add(client.request("GET", "/", true));
            }
            streams.forEach(stream -> client.reset(stream, CANCEL));
        }
        int next = client.request("GET", "/healthz", true);
        client.windowUpdate(next, 1_000);

        assertEquals("ok\n", client.recorder(next).answer().body());
        assertNothingIsHeld();
        client.close();
    }

    @LikelyCause("Over HTTP/1.1 a reader that has stopped keeps its answer for ever.")
    @Test
    void unreadAnswerOverHttp1EndsItsConnection() throws IOException {
        try (var client = Http1Socket.connect(server, 4_096)) {
            var ask = "GET /history?limit=200 HTTP/1.1\r\nHost: localhost\r\n\r\n";
            client.send(ask.repeat(20));
            Deadline.pause(Duration.ofMillis(3 * STALL_MS));
            assertNothingIsHeld();

            long bytes = 0;
            try {
                for (int count = client.readSome(65_536).length; count > 0; count = client.readSome(65_536).length) {
                    bytes += count;
                }
            } catch (IOException e) {
                // A reset is also an end.
            }
            assertTrue(bytes < 20 * 256 * 1024, "the connection must end before all was sent, but brought " + bytes);
        }
    }

    private static void assertNothingIsHeld() {
        var empty = Deadline.in(Deadline.PATIENCE).poll(() -> held() == 0);
        assertTrue(empty, () -> "nothing may be held: " + server.status().json());
    }

    private static long held() {
        long held = 0;
        for (var shard : server.status().json().path("shards")) {
            held += shard.path("heldBytes").longValue();
        }
        return held;
    }
}
