package suite;

import okhttp3.Headers;
import okhttp3.Protocol;
import tools.jackson.databind.JsonNode;

/**
 * A whole response to one request: one that ended.
 *
 * <p><b>Threads:</b> immutable.
 */
record Answer(int status, Protocol protocol, Headers headers, String body) {

    /** The value of a header, or empty. */
    String header(String name) {
        var value = headers.get(name);
        return value == null ? "" : value;
    }

    /** The body, which must be a JSON object. */
    JsonNode json() {
        try {
            return WireRecord.object(body);
        } catch (Malformed e) {
            throw new AssertionError(
                    "expected a JSON object in the answer " + status + ", but it is " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return status + " " + Malformed.quote(body);
    }
}
