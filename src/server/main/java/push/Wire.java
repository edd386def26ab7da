package push;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The forms in which a stream can be read, and how each writes the records that are not messages.
 *
 * <p>It exists so that nothing behind it knows one form from another, but for one question: records, or snapshots?
 *
 * <p><b>Threads:</b> immutable.
 */
public enum Wire {
    /** One JSON object a line. */
    NDJSON("application/x-ndjson", ""),
    /** Server-sent events (WHATWG HTML, 9.2). */
    SSE("text/event-stream", ""),
    /** The plain form: a whole snapshot each time, newest first, under the key {@code messages}. */
    MESSAGES("text/plain; charset=utf-8", "messages"),
    /** Its second dialect: the same, under the key {@code msg}. */
    MSG("text/plain; charset=utf-8", "msg");

    /** What the head of the response says of its body. */
    public final String contentType;
    /** The snapshot's key; empty for the two forms that are made of records. */
    final String key;

    Wire(String contentType, String key) {
        this.contentType = contentType;
        this.key = key;
    }

    /** Whether a record is a whole new state, so that the newest one makes all before it needless. */
    public boolean isSnapshot() {
        return !key.isEmpty();
    }

    /**
     * The record that opens a stream, or tells that continuity was lost.
     *
     * @param reason null if it was not lost
     * @param id the position after which the stream goes on: a client that is cut off before any message resumes from it
     */
    public String start(@Nullable String reason, String id, int heartbeatMs, int retryMs) {
        String why = reason == null ? "true" : "false,\"reason\":\"" + reason + '"';
        String json = "{\"type\":\"start\",\"resumed\":" + why + ",\"id\":\"" + id + "\",\"heartbeatMs\":" + heartbeatMs
                + '}';
        return this == SSE ? "id: " + id + '\n' + record("start", json, retryMs) : record("start", json, retryMs);
    }

    /** The record that says that the stream lives, and which message is the newest. */
    public String heartbeat(String newestId) {
        return record("heartbeat", "{\"type\":\"heartbeat\",\"id\":\"" + newestId + "\"}", 0);
    }

    /**
     * The record that ends a stream, or stands in its place if it is refused.
     *
     * @param retryMs when to come back
     */
    public String bye(String reason, int retryMs) {
        String json = "{\"type\":\"bye\",\"reason\":\"" + reason + "\",\"retryMs\":" + retryMs + '}';
        return record("bye", json, retryMs);
    }

    /** When to come back, in milliseconds, spread so that clients do not all come back in the same moment. */
    public static int retryMs() {
        return ThreadLocalRandom.current().nextInt(1_000, 5_001);
    }

    private String record(String event, String json, int retryMs) {
        return switch (this) {
            case NDJSON -> json + '\n';
            case SSE ->
                (retryMs > 0 ? "retry: " + retryMs + '\n' : "") + "event: " + event + "\ndata: " + json + "\n\n";
            case MESSAGES, MSG -> ""; // A snapshot has no room for them.
        };
    }
}
