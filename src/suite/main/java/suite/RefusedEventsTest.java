package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;
import static suite.Deadline.await;

import java.util.HashSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A temporary refusal never ends an EventSource: it is a stream of one bye, while other forms receive their status. */
@Area(id = "refused-events", title = "Refusals as events")
@Proves("limit.events")
class RefusedEventsTest {

    @RegisterExtension
    static final JudgedServer slow = JudgedServer.with("PUSH_OPENS_PER_SECOND", "1", "PUSH_OPEN_BURST", "3");

    @RegisterExtension
    static final JudgedServer narrow = JudgedServer.with(
            "PUSH_MAX_STREAMS_PER_CONNECTION", "1", "PUSH_OPENS_PER_SECOND", "0", "PUSH_MAX_STREAMS", "2");

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_DRAIN_MS", "10000", "PUSH_STALL_MS", "60000");

    @Test
    void eventsThatOpenTooFastAreSentAway() {
        var peer = slow.raw();
        var refused = peer.open(Format.NDJSON);
        while (refused.status() == 200) {
            refused.cancel();
            refused = peer.open(Format.NDJSON);
        }

        assertEquals(429, refused.status());
        because("EventSources that open too fast are answered 429, which none survives.", () -> {
            assertSentAway("rate", 1_000, 5_000, () -> openTooFast(peer));
            assertEquals(0, slow.awaitOpen(0).open());
        });
    }

    /** Opens until one is too fast: on a slow machine a second goes by meanwhile, and with it one that is not. */
    private static Recorder openTooFast(RawClient peer) {
        while (true) {
            var stream = peer.open(Format.SSE);
            stream.await(Deadline.PATIENCE, () -> !stream.arrivals().isEmpty() || stream.ended());
            if (stream.arrivals().isEmpty()
                    || !stream.arrivals().get(0).record().is("start")) {
                return stream;
            }
            stream.cancel();
        }
    }

    @Test
    void eventsBeyondTheStreamsOfAConnectionAreSentAway() {
        var peer = narrow.raw();
        assertEquals(200, peer.open(Format.NDJSON).status());

        because("An EventSource beyond the streams of its connection is answered 429, which none survives.", () -> {
            assertEquals(429, peer.open(Format.NDJSON).status());
            assertSentAway("streams", 1_000, 5_000, () -> peer.open(Format.SSE));
            assertEquals(1, narrow.status().open());
        });
    }

    @Test
    void eventsOfAFullServerAreSentAway() {
        assertEquals(200, narrow.raw().open(Format.NDJSON).status());
        assertEquals(200, narrow.raw().open(Format.NDJSON).status());
        var peer = narrow.raw();
        long before =
                narrow.get("/status").json().path("streams").path("refused").asLong();

        because("An EventSource that finds the server full is answered 503, which none survives.", () -> {
            assertEquals(503, peer.open(Format.NDJSON).status());
            assertSentAway("server", 5_000, 9_000, () -> peer.open(Format.SSE));
            var streams = narrow.get("/status").json().path("streams");
            assertEquals(2, streams.path("open").asLong());
            assertTrue(streams.path("refused").asLong() > before, "refused, and not opened: " + streams);
        });
    }

    @Test
    void eventsThatComeWhileTheServerGoesDownAreSentAway() {
        var peer = server.raw(RawClient.Options.PLAIN.window(10));
        var held = peer.open(Format.NDJSON);
        peer.await(frame -> held.text().length() == 10, "ten bytes");
        var gone = server.drain();
        assertTrue(
                Deadline.in(Deadline.PATIENCE).poll(() -> server.get("/readyz").status() == 503));
        var client = server.raw();

        because(
                "An EventSource that comes back before the server has gone is answered 503, which none survives.",
                () -> {
                    assertEquals(503, client.open(Format.NDJSON).status());
                    assertEquals(503, client.open(Format.SEED).status());
                    assertSentAway("drain", 1_000, 5_000, () -> client.open(Format.SSE));
                    assertEquals(
                            406,
                            server.request(server.at("/messages").header("accept", "image/png"))
                                    .status());
                    var foreign = server.at("/messages")
                            .header("accept", "text/event-stream")
                            .header("origin", "https://a.test");
                    assertEquals(403, server.request(foreign).status(), "what is refused for good is refused as ever");
                    peer.windowUpdate(1, 1 << 24);
                    await(gone);
                });
    }

    private static void assertSentAway(String reason, long least, long most, Supplier<Recorder> asking) {
        var waits = new HashSet<Long>();
        for (int i = 0; i < 10; i++) {
            var stream = asking.get();
            assertEquals(200, stream.status(), "any other status ends an EventSource for good");
            assertEquals("text/event-stream", stream.header("content-type"));
            assertTrue(stream.header("retry-after").matches("[1-9]"), "Retry-After: " + stream.header("retry-after"));
            var bye = stream.next("bye");
            long retryMs = bye.number("retryMs");
            assertEquals(reason, bye.text("reason"));
            assertTrue(retryMs >= least && retryMs <= most, "retryMs is " + retryMs);
            assertEquals(Ending.How.END_STREAM, stream.closed().how());
            assertTrue(stream.text().startsWith("retry: " + retryMs + "\nevent: bye\n"), stream.text());
            waits.add(retryMs);
        }
        assertTrue(waits.size() > 5, "ten clients must not come back at the same time, but they were told " + waits);
    }
}
