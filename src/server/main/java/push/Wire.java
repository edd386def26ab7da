package push;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The wire formats of a stream. Each format writes the records that are not messages.
 *
 * <p>It exists so that other code does not depend on the format, except to ask whether it consists of records or
 * snapshots.
 *
 * <p><b>Threads:</b> immutable.
 */
public enum Wire {
    /** One JSON object per line. */
    NDJSON("application/x-ndjson", ""),
    /** Server-sent events (WHATWG HTML, 9.2). */
    SSE("text/event-stream", ""),
    /** The plain format: a complete snapshot each time, newest message first, under the key {@code messages}. */
    MESSAGES("text/plain; charset=utf-8", "messages"),
    /** The same plain format under the key {@code msg}. */
    MSG("text/plain; charset=utf-8", "msg");

    /** The value of the response's Content-Type field. */
    public final String contentType;
    /** The snapshot's key, or empty for the two formats that consist of records. */
    final String key;

    Wire(String contentType, String key) {
        this.contentType = contentType;
        this.key = key;
    }

    /** Returns whether each record is a complete state that makes earlier records obsolete. */
    public boolean isSnapshot() {
        return !key.isEmpty();
    }

    /**
     * Returns the record that opens a stream or reports a loss of continuity.
     *
     * @param reason null if continuity was not lost
     * @param id the position after which the stream starts; a client that is cut off before any message resumes from it
     */
    public String start(@Nullable String reason, String id, int heartbeatMs, int retryMs) {
        String why = reason == null ? "true" : "false,\"reason\":\"" + reason + '"';
        String json = "{\"type\":\"start\",\"resumed\":" + why + ",\"id\":\"" + id + "\",\"heartbeatMs\":" + heartbeatMs
                + '}';
        return this == SSE ? "id: " + id + '\n' + record("start", json, retryMs) : record("start", json, retryMs);
    }

    /** Returns the record that shows that the stream is alive and names the newest message. */
    public String heartbeat(String newestId) {
        return record("heartbeat", "{\"type\":\"heartbeat\",\"id\":\"" + newestId + "\"}", 0);
    }

    /**
     * Returns the record that ends a stream, or replaces the stream if it is refused.
     *
     * @param retryMs how long the client should wait before it reconnects
     */
    public String bye(String reason, int retryMs) {
        String json = "{\"type\":\"bye\",\"reason\":\"" + reason + "\",\"retryMs\":" + retryMs + '}';
        return record("bye", json, retryMs);
    }

    /** Returns a reconnection delay in milliseconds, random so that clients do not all return at the same time. */
    public static int retryMs() {
        return ThreadLocalRandom.current().nextInt(1_000, 5_001);
    }

    private String record(String event, String json, int retryMs) {
        return switch (this) {
            case NDJSON -> json + '\n';
            case SSE ->
                (retryMs > 0 ? "retry: " + retryMs + '\n' : "") + "event: " + event + "\ndata: " + json + "\n\n";
            case MESSAGES, MSG -> ""; // Snapshots have no such records.
        };
    }
}
