package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import push.Wire;

/**
 * Selects the wire format that a client requests, and sets the header fields of the response.
 *
 * <p><b>Threads:</b> any thread; it has no state.
 */
public final class Accept {
    private static final HttpString ACCEL_BUFFERING = new HttpString("X-Accel-Buffering");

    private Accept() {}

    /** Sets the header fields of a response in this format. */
    static void describe(HttpServerExchange exchange, Wire wire) {
        var headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, wire.contentType);
        headers.put(Headers.CACHE_CONTROL, "no-store, no-transform");
        headers.put(ACCEL_BUFFERING, "no");
        headers.put(Reply.NOSNIFF, "nosniff");
        headers.put(Headers.VARY, "accept, origin");
    }

    /**
     * Returns the format that an {@code Accept} field requests (RFC 9110, 12.5.1). Each format has the weight of the
     * most specific range that matches it. Among equal weights, the more specific range wins, then the earlier one. A
     * range that matches several formats selects the plain one.
     *
     * @param accept the field value, with all its lines joined by commas; null if the field is absent
     * @param plain the snapshot format of the requested path
     * @return null if the server has no acceptable format
     */
    public static @Nullable Wire choose(@Nullable String accept, Wire plain) {
        List<Range> ranges = accept == null ? List.of() : Range.parse(accept);
        Wire best = ranges.isEmpty() ? plain : null;
        Range asked = null;
        for (Wire wire : List.of(plain, Wire.NDJSON, Wire.SSE)) {
            Range range = ranges.stream()
                    .filter(r -> r.matches(type(wire)))
                    .max(Comparator.comparing(Range::exactness))
                    .orElse(null);
            if (range != null && range.weight > 0 && (asked == null || range.isBefore(asked))) {
                best = wire;
                asked = range;
            }
        }
        return best;
    }

    /** A weight (RFC 9110, 12.4.2). An invalid weight counts as 1. */
    private static final Pattern WEIGHT = Pattern.compile("0(\\.\\d{0,3})?|1(\\.0{0,3})?");

    private static String type(Wire wire) {
        return wire.isSnapshot() ? "text/plain" : wire.contentType;
    }

    /** One media range of an {@code Accept} field; {@code exactness} is 0 for the range that matches everything. */
    private record Range(String type, int parameters, double weight, int position) {
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

        /** Parameters after the weight are extensions, not part of the range, and are ignored. */
        private static Range of(MediaType type, int position) {
            int parameters = 0;
            for (var parameter : type.parameters()) {
                if (parameter.getKey().equals("q")) {
                    String weight = parameter.getValue();
                    boolean isOne = WEIGHT.matcher(weight).matches();
                    return new Range(type.name(), parameters, isOne ? Double.parseDouble(weight) : 1, position);
                }
                parameters++;
            }
            return new Range(type.name(), parameters, 1, position);
        }

        boolean isBefore(Range other) {
            return weight != other.weight
                    ? weight > other.weight
                    : exactness() != other.exactness() ? exactness() > other.exactness() : position < other.position;
        }

        /** None of the formats has parameters, so a range with parameters is less specific than one without. */
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
