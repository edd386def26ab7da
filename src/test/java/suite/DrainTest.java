package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Deadline.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a drain finds half done: a POST whose body, a stream whose request is still under way. */
class DrainTest {

    @RegisterExtension
    static final Target server =
            Target.with("PUSH_DRAIN_MS", "10000", "PUSH_STALL_MS", "60000", "PUSH_POSTS_PER_SECOND", "0");

    @Test
    @Means("A POST whose body is still coming is cut off without an answer, or holds up the drain.")
    void aBodyThatIsUnderWayIsRefused() {
        var peer = server.raw();
        int post = peer.request("POST", "/messages", false, "content-type", "application/json");
        peer.data(post, new byte[] {'{'}, false);
        server.get("/status");

        var gone = server.drain();

        assertEquals(503, peer.recorder(post).awaitHead().status());
        await(gone);
    }

    @Test
    @Means("The end of a stream waits for the end of its request, which may never come.")
    void aStreamWhoseRequestGoesOnIsEndedAllTheSame() {
        var peer = server.raw();
        var stream = peer.recorder(peer.request("GET", "/messages", false, "accept", Format.NDJSON.mediaType));
        stream.awaitText("\"type\":\"start\"");

        var gone = server.drain();

        assertEquals(Ending.How.END_STREAM, stream.closed().how());
        assertTrue(stream.text().contains("\"type\":\"bye\""), stream.text());
        await(gone);
    }
}
