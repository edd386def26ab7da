package suite;

import static suite.Because.because;

import okhttp3.Headers;
import okhttp3.Protocol;
import tools.jackson.databind.JsonNode;

/**
 * A complete response to one request.
 *
 * <p><b>Threads:</b> immutable.
 */
record Answer(int status, Protocol protocol, Headers headers, String body) {

    /** Returns the value of a header, or empty. */
    String header(String name) {
        var value = headers.get(name);
        return value == null ? "" : value;
    }

    /** Returns the body, which must be a JSON object. */
    JsonNode json() {
        try {
            return WireRecord.object(body);
        } catch (MalformedRecord e) {
            var instead = body.isEmpty() ? "it has no body" : "it is " + e.getMessage();
            throw new AssertionError("expected a JSON object in the answer " + status + ", but " + instead, e);
        }
    }

    /**
     * Checks that the body is a problem of this status (RFC 9457) with a sentence that a person can act on, and returns
     * it.
     *
     * @param what names the request in the failure message
     */
    JsonNode problem(int expected, String what) {
        if (status != expected) {
            throw new AssertionError(what + " must be answered " + expected + ", but it was answered " + this);
        }
        if (!header("content-type").startsWith("application/problem+json")) {
            throw new AssertionError(what + " must be answered by application/problem+json, but it was answered by \""
                    + header("content-type") + "\": " + this);
        }
        var problem = json();
        if (problem.path("status").asInt(0) != expected
                || problem.path("title").asString("").isEmpty()
                || problem.path("detail").asString("").length() < 10) {
            throw new AssertionError(what
                    + " must be answered by a problem with its status, a title, and a detail that is a sentence (10 characters"
                    + " or more), but it is " + body);
        }
        if (expected != 422 && problem.has("errors")) {
            because("Every problem has the list of wrong fields, though it is empty: it comes with 422 only.", () -> {
                throw new AssertionError(what + " must be answered without errors, but it is " + body);
            });
        }
        return problem;
    }

    @Override
    public String toString() {
        return status + " " + MalformedRecord.quote(body);
    }
}
