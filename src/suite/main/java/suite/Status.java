package suite;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * An answer to {@code GET /status}. Only {@code streams.open} and {@code heartbeatMs} are required; a server that counts more
 * adds the rest. {@link #json} has everything.
 *
 * <p><b>Threads:</b> immutable.
 */
record Status(long open, long heartbeatMs, OptionalLong opened, Map<String, Long> closed, JsonNode json) {

    static Status of(JsonNode json) {
        var streams = json.path("streams");
        var closed = new TreeMap<String, Long>();
        for (var reason : streams.path("closed").properties()) {
            closed.put(reason.getKey(), integer(reason.getValue(), "streams.closed." + reason.getKey(), json));
        }
        var opened = streams.path("opened");
        return new Status(
                integer(streams.path("open"), "streams.open", json),
                integer(json.path("heartbeatMs"), "heartbeatMs", json),
                opened.isMissingNode()
                        ? OptionalLong.empty()
                        : OptionalLong.of(integer(opened, "streams.opened", json)),
                closed,
                json);
    }

    /** Returns the sum of two servers of a cluster; the rest comes from this one. */
    Status plus(Status other) {
        var sum = new TreeMap<>(closed);
        other.closed.forEach((reason, count) -> sum.merge(reason, count, Long::sum));
        var both = opened.isPresent() && other.opened.isPresent()
                ? OptionalLong.of(opened.getAsLong() + other.opened.getAsLong())
                : OptionalLong.empty();
        return new Status(open + other.open, heartbeatMs, both, sum, json);
    }

    /** Returns the number of streams closed for this reason; 0 if the server does not say. */
    long closed(String reason) {
        return closed.getOrDefault(reason, 0L);
    }

    /** Returns whether the server reports the number of streams it has opened, so that its sums can be checked. */
    boolean counts() {
        return opened.isPresent();
    }

    /** Returns whether {@code opened = open + Σ closed}. */
    boolean balanced() {
        return opened.orElse(-1)
                == open + closed.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns whether the log reaches the message of this id; true if the server does not say. */
    boolean reaches(String id) {
        var newest = json.path("log").path("newest").asString("");
        return newest.isEmpty() || sequence(newest) >= sequence(id);
    }

    /** Returns the number at the end of an id; -1 if it has none. */
    static long sequence(String id) {
        var number = id.substring(id.lastIndexOf('-') + 1);
        return number.matches("[0-9]{1,18}") ? Long.parseLong(number) : -1;
    }

    private static long integer(JsonNode node, String name, JsonNode json) {
        if (!node.isIntegralNumber()) {
            throw new AssertionError("GET /status must say " + name + " as an integer, but it is "
                    + (node.isMissingNode() ? "missing" : node) + " in " + MalformedRecord.quote(json.toString()));
        }
        return node.longValue();
    }

    @Override
    public String toString() {
        return "open " + open + (counts() ? ", opened " + opened.getAsLong() + ", closed " + closed : "");
    }
}
