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
 * A request that is refused, with what the client can do about it (RFC 9457).
 *
 * <p>It exists so that every refusal has one form and is sent in one place. A refusal of server-sent events that will pass
 * has another: any status but 200 ends an {@code EventSource} for good (WHATWG HTML, 9.2).
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Problem extends Exception {
    private static final long serialVersionUID = 1;

    /** What is wrong with one field: a JSON pointer in a URI fragment (RFC 6901, 6), and a sentence. */
    record Fault(String pointer, String detail) {}

    final int status;
    final transient List<Fault> faults;
    final transient Map<HttpString, String> headers;
    private final @Nullable String bye; // What a bye says of it; null if to come back is useless.
    private final long waitMs;

    /** A problem with its sentence, which says what the client can do. */
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

    /** The same, after which an HTTP/1.1 connection ends, because where the next request begins is in doubt. */
    static Problem closing(int status, String detail) {
        return new Problem(status, detail, List.of(), Map.of(Headers.CONNECTION, "close"));
    }

    /** 405, with the methods that the resource has (RFC 9110, 15.5.6). */
    public static Problem methodNotAllowed(String allow) {
        return new Problem(405, "Use one of: " + allow + ".", List.of(), Map.of(Headers.ALLOW, allow));
    }

    /** 429 or 503, with the whole seconds to wait, at least one (RFC 9110, 10.2.3). */
    public static Problem tryLater(int status, String detail, long waitMs) {
        return tryLater(status, status == 429 ? "rate" : "server", detail, waitMs);
    }

    /** The same, with the word that a {@code bye} gives for its reason. */
    static Problem tryLater(int status, String bye, String detail, long waitMs) {
        String seconds = Long.toString(Math.max(1, (waitMs + 999) / 1000));
        return new Problem(status, detail, List.of(), Map.of(Headers.RETRY_AFTER, seconds), bye, waitMs);
    }

    /** 500: a bug, which the next attempt may not meet. */
    static Problem failed() {
        String detail = "The server has failed at this request: please report it.";
        return new Problem(500, detail, List.of(), Map.of(), "error", 0);
    }

    /** 503, for the server takes nothing new. */
    public static Problem goingDown() {
        return tryLater(503, "drain", "The server is going down: try again in a moment.", 1_000);
    }

    /** What RFC 9110 and RFC 6585 call the status; Undertow has older names for two of them. */
    private String title() {
        return switch (status) {
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 422 -> "Unprocessable Content";
            default -> StatusCodes.getReason(status);
        };
    }

    /**
     * Refuses a stream. Server-sent events that may be had later are answered 200, with the reason, when to come back, and
     * the end; all else with the status.
     */
    public void send(HttpServerExchange exchange, Wire wire) {
        if (bye == null || wire != Wire.SSE) {
            send(exchange);
            return;
        }
        int retryMs = Wire.retryMs() + (int) Math.max(0, waitMs - 1_000); // Spread, and never before the wait is over.
        exchange.setStatusCode(200);
        headers.forEach(exchange.getResponseHeaders()::put);
        Accept.describe(exchange, wire);
        Reply.send(exchange, wire.contentType, wire.bye(bye, retryMs).getBytes(StandardCharsets.UTF_8));
    }

    /** Answers with this problem and ends the exchange. */
    public void send(HttpServerExchange exchange) {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", "about:blank");
        body.put("title", title());
        body.put("status", status);
        body.put("detail", getMessage());
        if (!faults.isEmpty()) {
            body.put("errors", faults);
        }
        exchange.setStatusCode(status);
        headers.forEach(exchange.getResponseHeaders()::put);
        Reply.send(exchange, "application/problem+json", Json.MAPPER.writeValueAsBytes(body));
    }
}
