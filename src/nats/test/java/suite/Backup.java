package suite;

import io.nats.client.Connection;
import io.nats.client.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A backup of a stream, made and restored as {@code nats stream backup} and {@code restore} do, by JetStream's own requests.
 *
 * <p><b>Threads:</b> immutable.
 */
record Backup(String stream, JsonNode config, JsonNode state, List<byte[]> chunks) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String SUBJECTS_OVERLAP = "\"err_code\":10065";

    static Backup of(NatsNodes nodes, String stream) {
        try (var operator = nodes.connect()) {
            var connection = operator.connection();
            var inbox = connection.createInbox();
            var subscription = connection.subscribe(inbox);
            var answer = ask(
                    connection,
                    "$JS.API.STREAM.SNAPSHOT." + stream,
                    "{\"deliver_subject\":\"" + inbox + "\",\"no_consumers\":true,\"chunk_size\":65536}");
            var chunks = new ArrayList<byte[]>();
            for (Message chunk = subscription.nextMessage(PATIENCE);
                    chunk != null && chunk.getData().length > 0;
                    chunk = subscription.nextMessage(PATIENCE)) {
                chunks.add(chunk.getData());
                if (chunk.getReplyTo() != null) {
                    connection.publish(chunk.getReplyTo(), null);
                }
            }
            return new Backup(stream, answer.path("config"), answer.path("state"), List.copyOf(chunks));
        } catch (Exception e) {
            throw new AssertionError("the backup has failed: " + e, e);
        }
    }

    /** Returns whether it was restored: not if another stream, which a server may have made, has its subject. */
    boolean restore(NatsNodes nodes) {
        try (var operator = nodes.connect()) {
            var connection = operator.connection();
            var answer = ask(
                    connection,
                    "$JS.API.STREAM.RESTORE." + stream,
                    "{\"config\":" + config + ",\"state\":" + state + "}");
            var deliver = answer.path("deliver_subject").asString("");
            for (byte[] chunk : chunks) {
                connection.request(deliver, chunk, PATIENCE);
            }
            var last = connection.request(deliver, new byte[0], PATIENCE);
            var text = last == null ? "nothing" : new String(last.getData(), StandardCharsets.UTF_8);
            if (text.contains(SUBJECTS_OVERLAP)) {
                return false;
            }
            if (text.contains("\"error\"") || last == null) {
                throw new AssertionError(text);
            }
            return true;
        } catch (Exception e) {
            throw new AssertionError("the restore has failed: " + e, e);
        }
    }

    private static JsonNode ask(Connection connection, String subject, String json) throws Exception {
        var answer = connection.request(subject, json.getBytes(StandardCharsets.UTF_8), PATIENCE);
        var text = answer == null ? "{}" : new String(answer.getData(), StandardCharsets.UTF_8);
        var node = WireRecord.JSON.readTree(text);
        if (answer == null || node.has("error")) {
            throw new AssertionError(subject + " was answered " + text);
        }
        return node;
    }
}
