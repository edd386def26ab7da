package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One client takes a shared resource, a thread or memory or a window, and one IO thread must serve all the others. */
class GreedyClientTest {

    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_IO_THREADS", "1",
            "PUSH_BODY_MS", "1000",
            "PUSH_STALL_MS", "60000",
            "PUSH_HEARTBEAT_MS", "60000",
            "PUSH_PING_MS", "60000",
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0",
            "PUSH_MAX_STREAMS_PER_CONNECTION", "100");

    @Test
    @LikelyCause(
            "What arrives after the answer is offered again and again to a listener that no longer reads, and to no"
                    + " other.")
    void bodyThatGoesOnAfterItsAnswerDelaysNoOtherClient() {
        var peer = server.raw(RawClient.Options.PLAIN.window(0)); // The 408 has to wait, so the request is not over.
        int post = peer.request("POST", "/messages", false, "content-type", "application/json");
        var enough = Deadline.exactly(Duration.ofSeconds(2)); // More than the time limit of a body.

        while (!enough.passed()) {
            peer.data(post, " ".getBytes(UTF_8), false);
            assertEquals(200, server.get("/status").status());
        }
    }

    @Test
    @LikelyCause("A 100 that TCP does not take is tried again and again, by the thread that could make room for it.")
    void expectationThatCannotBeAnsweredDelaysNoOtherClient() {
        var peer = server.raw(RawClient.Options.PLAIN.window(1 << 24).receiveBuffer(8 * 1024));
        peer.windowUpdate(0, 1 << 30);
        peer.open(Format.NDJSON);
        peer.freeze();
        for (int i = 0; i < 200; i++) { // More than TCP holds: see JammedConnectionTest.
            server.post("suite", "x".repeat(4_000));
        }

        int post =
                peer.request("POST", "/messages", false, "content-type", "application/json", "expect", "100-continue");
        peer.data(post, "{}".getBytes(UTF_8), false);

        for (int i = 0; i < 20; i++) {
            assertEquals(200, server.get("/status").status());
        }
    }

    @Test
    @LikelyCause("The body of a GET lies unread, and its bytes are never given back to the connection's window.")
    void bodyOfAGetUsesUpNoWindow() {
        var peer = server.raw();

        for (int i = 0; i < 4; i++) {
            int get = peer.request("GET", "/messages", false, "accept", "application/x-ndjson");
            peer.data(get, new byte[15_000], false);
        }

        peer.await(frame -> frame.is(Frame.WINDOW_UPDATE, 0), "bytes for the connection's window");
    }

    @Test
    @LikelyCause(
            "The number of streams that the server announces is a number only, and each answer that is not read is kept.")
    void moreRequestsThanWereAnnouncedAreRefused() {
        var peer = server.raw(RawClient.Options.PLAIN.window(0));
        int most = peer.serverSetting(Frame.SETTING_MAX_CONCURRENT_STREAMS).orElseThrow();

        for (int i = 0; i < most; i++) {
            peer.request("GET", "/style.css", true);
        }
        int tooMany = peer.request("GET", "/style.css", true);

        var reset = peer.await(frame -> frame.is(Frame.RST_STREAM), "the stream that is one too many to be refused");
        assertEquals(tooMany, reset.stream());
        assertEquals(REFUSED_STREAM, reset.payload()[3]);
        assertEquals(200, server.get("/status").status());
    }

    @Test
    @LikelyCause("A request that has ended counts for ever, and after some of them an honest client is refused.")
    void requestsThatHaveEndedAreCountedNoMore() {
        var peer = server.raw();
        for (int i = 0; i < 150; i++) {
            assertEquals(200, status(peer));
        }
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 24; i++) {
                peer.request("POST", "/messages", false, "content-type", "text/plain"); // Answered, and then stopped.
                peer.reset(peer.request("POST", "/messages", false, "content-type", "application/json"), CANCEL);
                peer.reset(peer.request("GET", "/messages", true), CANCEL);
            }
            int last = peer.request("POST", "/messages", false, "content-type", "text/plain");
            peer.await(frame -> frame.is(Frame.RST_STREAM, last), "the last request to be stopped");
        }

        assertEquals(200, status(peer));
    }

    @Test
    @LikelyCause("A stream that was cancelled while it had to wait counts for ever.")
    void streamsThatWaitedAndWereCancelledAreCountedNoMore() {
        var peer = server.raw(RawClient.Options.PLAIN.window(10));
        for (int round = 0; round < 3; round++) {
            var streams = Stream.generate(() -> peer.request("GET", "/messages", true))
                    .limit(60)
                    .toList();
            server.awaitOpen(60);
            streams.forEach(stream -> peer.reset(stream, CANCEL));
            server.awaitOpen(0);
        }

        assertEquals(200, status(peer));
    }

    private static int status(RawClient peer) {
        return peer.recorder(peer.request("GET", "/healthz", true)).awaitHead().status();
    }
}
