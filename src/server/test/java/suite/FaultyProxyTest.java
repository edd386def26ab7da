package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The relay between a client and the reference: each of its faults. */
class FaultyProxyTest {

    private static final Duration SHORT = Duration.ofMillis(300);

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_HEARTBEAT_MS", "60000");

    @Test
    void passesBothWaysAndCountsConnections() {
        var relay = server.relay();
        var recorder = open(relay);

        server.post("ann", "through");

        recorder.messagesUpTo("through");
        assertEquals(1, relay.accepted());
    }

    @Test
    void cutEndsTheConnectionOnBothSides() {
        var relay = server.relay();
        var recorder = open(relay);
        var before = server.awaitOpen(1);

        relay.cut();

        assertEquals(Ending.How.CONNECTION, recorder.closed().how());
        server.awaitOpen(0);
        assertEquals(before.closed("tcp") + 1, server.status().closed("tcp"));
    }

    @Test
    void resetEndsTheConnectionOnBothSides() {
        var relay = server.relay();
        var recorder = open(relay);
        server.awaitOpen(1);

        relay.reset();

        assertEquals(Ending.How.CONNECTION, recorder.closed().how());
        server.awaitOpen(0);
    }

    @Test
    void swallowLosesBytesAndKeepsTheConnection() {
        var relay = server.relay();
        var recorder = open(relay);
        recorder.next("start");
        var first = server.post("ann", "arrives");
        recorder.next(record -> record.id().equals(first), "the first", Deadline.PATIENCE);

        relay.swallow(FaultyProxy.Way.TO_CLIENT);
        server.post("ann", "swallowed");

        recorder.quiet(SHORT);
        assertEquals(1, server.status().open());
    }

    @Test
    void holdDelaysBytesUntilPass() {
        var relay = server.relay();
        var recorder = open(relay);
        server.post("ann", "before");
        recorder.messagesUpTo("before");
        relay.hold(FaultyProxy.Way.TO_CLIENT);

        server.post("ann", "late");
        recorder.quiet(SHORT);
        relay.pass();

        assertEquals("late", recorder.nextMessage().text());
    }

    @Test
    void refusesUntilPass() {
        var relay = server.relay();
        relay.refuse();

        var failure = assertThrows(AssertionError.class, () -> open(relay));
        relay.pass();
        open(relay);

        assertTrue(
                failure.getMessage().contains("expected a response, but the response ended: CONNECTION"),
                failure.getMessage());
    }

    @Test
    void redirectSendsLaterConnectionsToAnotherServer() {
        var relay = server.relay();
        open(relay);
        server.awaitOpen(1);

        server.restart();
        relay.redirect(server.port());
        open(relay);

        server.awaitOpen(1);
    }

    private static Recorder open(FaultyProxy relay) {
        var request = new Request.Builder().url(relay.url("/messages"));
        return server.open(server.newClient(), request, Format.NDJSON);
    }
}
