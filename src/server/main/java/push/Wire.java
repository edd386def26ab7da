package push;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
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

    private static final HttpString ACCEL_BUFFERING = new HttpString("X-Accel-Buffering");

    /** What the head of the response says of its body. */
    public final String contentType;
    /** The snapshot's key; empty for the two forms that are made of records. */
    final String key;

    Wire(String contentType, String key) {
        this.contentType = contentType;
        this.key = key;
    }

    /** Sets the fields of a response in this form. */
    void describe(HttpServerExchange exchange) {
        var headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, contentType);
        headers.put(Headers.CACHE_CONTROL, "no-store, no-transform");
        headers.put(ACCEL_BUFFERING, "no");
        headers.put(Reply.NOSNIFF, "nosniff");
        headers.put(Headers.VARY, "accept, origin");
    }

    /** Whether a record is a whole new state, so that the newest one makes all before it needless. */
    boolean isSnapshot() {
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

    String bye(String reason, int retryMs) {
        String json = "{\"type\":\"bye\",\"reason\":\"" + reason + "\",\"retryMs\":" + retryMs + '}';
        return record("bye", json, retryMs);
    }

    private String record(String event, String json, int retryMs) {
        return switch (this) {
            case NDJSON -> json + '\n';
            case SSE ->
                (retryMs > 0 ? "retry: " + retryMs + '\n' : "") + "event: " + event + "\ndata: " + json + "\n\n";
            case MESSAGES, MSG -> ""; // A snapshot has no room for them.
        };
    }

    /**
     * The form that an {@code Accept} field asks for (RFC 9110, 12.5.1): each has the weight of the most exact range that
     * it fits; of equal weights the more exact range wins, then the earlier. A range that fits several gives the plain form.
     *
     * @param accept the field's value, all its lines joined by commas; null if there is none
     * @param plain the snapshot form of the path that was asked
     * @return null if nothing that is acceptable can be served
     */
    public static @Nullable Wire choose(@Nullable String accept, Wire plain) {
        List<Range> ranges = accept == null ? List.of() : Range.parse(accept);
        Wire best = ranges.isEmpty() ? plain : null;
        Range asked = null;
        for (Wire wire : List.of(plain, NDJSON, SSE)) {
            Range range = ranges.stream()
                    .filter(r -> r.matches(wire.type()))
                    .max(Comparator.comparing(Range::exactness))
                    .orElse(null);
            if (range != null && range.weight > 0 && (asked == null || range.isBefore(asked))) {
                best = wire;
                asked = range;
            }
        }
        return best;
    }

    /** A weight (RFC 9110, 12.4.2); what is none counts as 1. */
    private static final Pattern WEIGHT = Pattern.compile("0(\\.\\d{0,3})?|1(\\.0{0,3})?");

    private String type() {
        return isSnapshot() ? "text/plain" : contentType;
    }

    /** One range of an {@code Accept} field; {@code exactness} is 0 for the range of everything. */
    private record Range(String type, int parameters, double weight, int place) {
        static List<Range> parse(String accept) {
            List<Range> ranges = new ArrayList<>();
            for (String element : FieldReader.elements(accept)) {
                MediaType type = MediaType.parse(element);
                if (type != null
                        && !(type.name().startsWith("*/") && !type.name().equals("*/*"))) {
                    ranges.add(of(type, ranges.size()));
                }
            }
            return ranges;
        }

        /** What stands behind the weight belongs to no range; it is an extension, which says nothing here. */
        private static Range of(MediaType type, int place) {
            int parameters = 0;
            for (var parameter : type.parameters()) {
                if (parameter.getKey().equals("q")) {
                    String weight = parameter.getValue();
                    boolean isOne = WEIGHT.matcher(weight).matches();
                    return new Range(type.name(), parameters, isOne ? Double.parseDouble(weight) : 1, place);
                }
                parameters++;
            }
            return new Range(type.name(), parameters, 1, place);
        }

        boolean isBefore(Range other) {
            return weight != other.weight
                    ? weight > other.weight
                    : exactness() != other.exactness() ? exactness() > other.exactness() : place < other.place;
        }

        /** A range with parameters is meant for a form that has them, which ours have not: it counts after one without. */
        int exactness() {
            return type.equals("*/*") ? 0 : type.endsWith("/*") ? 1 : parameters > 0 ? 2 : 3;
        }

        boolean matches(String mediaType) {
            return switch (exactness()) {
                case 0 -> true;
                case 1 -> mediaType.startsWith(type.substring(0, type.length() - 1));
                default -> type.equals(mediaType);
            };
        }
    }
}
