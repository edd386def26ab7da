package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Deadline.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A drain in the middle of a request: a POST's body, or a stream's request, is still incomplete. */
class DrainTest {

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.with("PUSH_DRAIN_MS", "10000", "PUSH_STALL_MS", "60000", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer patient = JudgedServer.with("PUSH_DRAIN_DELAY_MS", "600000");

    @RegisterExtension
    static final JudgedServer brief = JudgedServer.with("PUSH_DRAIN_DELAY_MS", "500");

    @Test
    @LikelyCause("A POST whose body is still coming is cut off without an answer, or holds up the drain.")
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
    @LikelyCause("A load balancer still sends new clients, who find a server that has closed already.")
    void beforeTheDrainAServerIsUnreadyAndServesAllTheSame() {
        var stream = patient.open(Format.SSE);
        stream.next("start");

        patient.drain(); // It does not begin before this test has ended.
        assertTrue(
                Deadline.in(Deadline.PATIENCE).poll(() -> patient.get("/readyz").status() == 503));
        var late = patient.open(patient.newClient(), Format.SSE);
        late.next("start");
        var id = patient.post("ann", "posted while unready");

        assertEquals(200, patient.get("/healthz").status());
        assertEquals(id, stream.nextMessage().id());
        assertEquals(id, late.nextMessage().id());
    }

    @Test
    @LikelyCause("The time for load balancers is over at once, or never.")
    void theDrainBeginsAfterItsDelay() {
        var stream = brief.open(Format.SSE);
        stream.next("start");
        long began = System.nanoTime();

        var gone = brief.drain();

        assertEquals("drain", stream.next("bye").text("reason"));
        assertTrue(System.nanoTime() - began >= 500_000_000, "the drain began before its time");
        await(gone);
    }

    @Test
    @LikelyCause("The end of a stream waits for the end of its request, which may never come.")
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
