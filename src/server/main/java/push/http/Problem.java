package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import push.Json;
import push.Wire;

/**
 * A refused request, with advice to the client (RFC 9457).
 *
 * <p>It exists so that every refusal has the same format and is sent in one place. The exception is a temporary refusal
 * of server-sent events, because any status other than 200 ends an {@code EventSource} permanently (WHATWG HTML, 9.2).
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Problem extends Exception {
    private static final long serialVersionUID = 1;

    /** The error in one field: a JSON pointer as a URI fragment (RFC 6901, 6), and a sentence. */
    record Fault(String pointer, String detail) {}

    final int status;
    final transient List<Fault> faults;
    final transient Map<HttpString, String> headers;
    private final @Nullable String bye; // The reason in a bye; null if retrying is useless.
    private final long waitMs;

    /** Creates a problem whose detail tells the client what to do. */
    public Problem(int status, String detail) {
        this(status, detail, List.of(), Map.of());
    }

    Problem(int status, String detail, List<Fault> faults, Map<HttpString, String> headers) {
        this(status, detail, faults, headers, null, 0);
    }

    private Problem(
            int status,
            String detail,
            List<Fault> faults,
            Map<HttpString, String> headers,
            @Nullable String bye,
            long waitMs) {
        super(detail, null, false, false);
        this.status = status;
        this.faults = faults;
        this.headers = headers;
        this.bye = bye;
        this.waitMs = waitMs;
    }

    /**
     * Creates a problem that also closes an HTTP/1.1 connection, because the start of the next request is uncertain.
     */
    static Problem closing(int status, String detail) {
        return new Problem(status, detail, List.of(), Map.of(Headers.CONNECTION, "close"));
    }

    /** Creates a 405 that lists the methods of the resource (RFC 9110, 15.5.6). */
    public static Problem methodNotAllowed(String allow) {
        return new Problem(405, "Use one of: " + allow + ".", List.of(), Map.of(Headers.ALLOW, allow));
    }

    /** Returns the exchange. Fails with 405 if its method is neither GET nor HEAD. */
    static HttpServerExchange readOnly(HttpServerExchange exchange) throws Problem {
        String method = exchange.getRequestMethod().toString();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw methodNotAllowed("GET, HEAD");
        }
        return exchange;
    }

    /** Creates a 429 or 503 with the seconds to wait, rounded up to at least one (RFC 9110, 10.2.3). */
    public static Problem tryLater(int status, String detail, long waitMs) {
        return tryLater(status, status == 429 ? "rate" : "server", detail, waitMs);
    }

    /** Creates a 429 or 503 with the given reason for a {@code bye}. */
    static Problem tryLater(int status, String bye, String detail, long waitMs) {
        String seconds = Long.toString(Math.max(1, (waitMs + 999) / 1000));
        return new Problem(status, detail, List.of(), Map.of(Headers.RETRY_AFTER, seconds), bye, waitMs);
    }

    /** Creates a 500: a bug that a retry may avoid. */
    static Problem failed() {
        String detail = "The server failed while it handled this request: please report it.";
        return new Problem(500, detail, List.of(), Map.of(), "error", 0);
    }

    /** Creates a 503 that says that the server is shutting down. */
    public static Problem goingDown() {
        return tryLater(503, "drain", "The server is going down: try again in a moment.", 1_000);
    }

    /** Creates a 503 that says that the server's log is not filled yet. */
    static Problem starting() {
        return tryLater(503, "start", "The server is starting, and its log is not filled yet: try again.", 1_000);
    }

    /** Returns the name of the status in RFC 9110 or RFC 6585. Undertow has older names for some. */
    private String title() {
        return switch (status) {
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 422 -> "Unprocessable Content";
            case 505 -> "HTTP Version Not Supported";
            default -> StatusCodes.getReason(status);
        };
    }

    /**
     * Refuses a stream. If the refusal is temporary and the format is server-sent events, the response is a 200 with a
     * bye, which gives the reason and the delay, and then ends. Otherwise the response has the problem's status.
     */
    public void send(HttpServerExchange exchange, Wire wire) {
        if (bye == null || wire != Wire.SSE) {
            send(exchange);
            return;
        }
        int retryMs = Wire.retryMs() + (int) Math.max(0, waitMs - 1_000); // Random, but not before the wait is over.
        exchange.setStatusCode(200);
        headers.forEach(exchange.getResponseHeaders()::put);
        Accept.describe(exchange, wire);
        Reply.send(exchange, wire.contentType, wire.bye(bye, retryMs).getBytes(StandardCharsets.UTF_8));
    }

    /** Sends this problem as the response and ends the exchange. */
    public void send(HttpServerExchange exchange) {
        exchange.setStatusCode(status);
        headers.forEach(exchange.getResponseHeaders()::put);
        Reply.send(exchange, "application/problem+json", json());
    }

    /** Returns this problem as JSON. */
    byte[] json() {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", "about:blank");
        body.put("title", title());
        body.put("status", status);
        body.put("detail", getMessage());
        if (!faults.isEmpty()) {
            body.put("errors", faults);
        }
        return Json.MAPPER.writeValueAsBytes(body);
    }
}
