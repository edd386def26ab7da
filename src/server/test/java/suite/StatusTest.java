package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** {@code GET /status}: its keys, and that each of them tells the truth. */
class StatusTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_MAX_STREAMS", "5", "PUSH_HEARTBEAT_MS", "700");

    @Test
    void itHasTheseKeysAndNoOthers() {
        server.open(Format.NDJSON).next("start");

        var json = server.status().json();

        assertEquals(List.of("epoch", "heartbeatMs", "uptimeMs", "streams", "messages", "log", "shards"), keys(json));
        assertEquals(List.of("open", "opened", "refused", "closed"), keys(json.get("streams")));
        assertEquals(
                List.of("client", "goaway", "tcp", "stalled", "ping", "drain", "error"),
                keys(json.get("streams").get("closed")));
        assertEquals(List.of("posted", "deliveries", "laps", "wakeups"), keys(json.get("messages")));
        assertEquals(List.of("first", "newest", "bytes"), keys(json.get("log")));
        assertEquals(
                List.of("streams", "maxLag", "heldBytes"),
                keys(json.get("shards").get(0)));
    }

    @Test
    void itIsJsonThatNoCacheKeeps() {
        var answer = server.get("/status");

        assertEquals("application/json", answer.header("content-type"));
        assertEquals("no-store", answer.header("cache-control"));
        assertEquals("nosniff", answer.header("x-content-type-options"));
    }

    @Test
    void anEmptyLogHasANewestIdToResumeFrom() {
        server.restart();

        var json = server.status().json();

        var epoch = json.get("epoch").stringValue();
        assertTrue(epoch.matches("[0-9a-z]+"), epoch);
        assertEquals(epoch + "-0", text(json, "/log/newest"));
        assertEquals(epoch + "-1", text(json, "/log/first"));
        assertEquals(0, number(json, "/log/bytes"));
        assertTrue(server.open(Format.NDJSON, epoch + "-0").next("start").flag("resumed"));
    }

    @Test
    void streamsAreCountedInAndOutWithTheReason() {
        var before = server.status();

        var kept = server.open(Format.NDJSON);
        var left = server.open(Format.SSE);
        server.awaitOpen(2);
        left.cancel();

        var after = server.awaitOpen(1);
        assertEquals(before.opened().orElseThrow() + 2, after.opened().orElseThrow());
        assertEquals(before.closed("client") + 1, after.closed("client"));
        assertTrue(after.balanced(), after.toString());
        assertEquals(1, shards(after.json(), "streams"));
        assertTrue(!kept.ended());
    }

    @Test
    void aRefusedStreamIsCountedAsThatAlone() {
        for (int i = 0; i < 5; i++) {
            server.open(Format.NDJSON);
        }
        var before = server.status();

        var sixth = server.request(server.at("/messages").header("accept", "application/x-ndjson"));

        assertEquals(503, sixth.status());
        var after = server.status();
        assertEquals(number(before.json(), "/streams/refused") + 1, number(after.json(), "/streams/refused"));
        assertEquals(before.opened(), after.opened());
        assertEquals(5, after.open());
    }

    @Test
    void messagesAreCountedOnceAndDeliveriesOnceForEachStream() {
        var one = server.live(Format.NDJSON);
        var two = server.live(Format.SSE);
        one.nextMessage();
        server.awaitStatus(status -> maxLag(status) == 0, "no lag", Deadline.PATIENCE);
        var before = server.status().json();

        server.post("ann", "one");
        server.post("ann", "two");
        var newest = server.post("ann", "three");

        one.messagesUpTo("three");
        two.messagesUpTo("three");
        long deliveries = number(before, "/messages/deliveries") + 6;
        var after = server.awaitStatus(
                        status -> number(status.json(), "/messages/deliveries") == deliveries,
                        deliveries + " deliveries",
                        Deadline.PATIENCE)
                .json();
        assertEquals(number(before, "/messages/posted") + 3, number(after, "/messages/posted"));
        assertEquals(newest, text(after, "/log/newest"));
        assertEquals(text(after, "/epoch"), newest.substring(0, newest.lastIndexOf('-')));
        assertTrue(number(after, "/log/bytes") > number(before, "/log/bytes"));
        assertTrue(number(after, "/messages/wakeups") > number(before, "/messages/wakeups"));
    }

    @Test
    void lagIsHowManyMessagesTheLastOfAllStreamsIsBehind() {
        server.restart(); // A stream is also behind by the older messages that it begins with.
        var full = server.raw(RawClient.Options.PLAIN.window(0));
        full.openUnread(Format.NDJSON);
        server.awaitOpen(1);

        for (int i = 0; i < 7; i++) {
            server.post("ann", "x".repeat(4_000));
        }

        server.awaitStatus(status -> maxLag(status) >= 4 && maxLag(status) <= 7, "a lag of 4 to 7", Deadline.PATIENCE);
    }

    @Test
    void theHeartbeatIsTheOneThatIsSetAndTheUptimeGrows() {
        var first = server.status();

        assertEquals(700, first.heartbeatMs());
        long uptime = number(first.json(), "/uptimeMs");
        server.awaitStatus(
                status -> number(status.json(), "/uptimeMs") > uptime, "a greater uptime", Deadline.PATIENCE);
    }

    private static long maxLag(Status status) {
        return shards(status.json(), "maxLag");
    }

    private static long shards(JsonNode json, String figure) {
        long sum = 0;
        for (var shard : json.get("shards")) {
            sum += shard.get(figure).longValue();
        }
        return sum;
    }

    private static List<String> keys(JsonNode json) {
        return List.copyOf(json.propertyNames());
    }

    private static long number(JsonNode json, String pointer) {
        return json.at(pointer).longValue();
    }

    private static String text(JsonNode json, String pointer) {
        return json.at(pointer).stringValue();
    }
}
