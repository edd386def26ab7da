package push;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request that is refused, with what the client can do about it (RFC 9457).
 *
 * <p>It exists so that every refusal has one form and is sent in one place.
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

    /** A problem with its sentence, which says what the client can do. */
    public Problem(int status, String detail) {
        this(status, detail, List.of(), Map.of());
    }

    Problem(int status, String detail, List<Fault> faults, Map<HttpString, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.faults = faults;
        this.headers = headers;
    }

    /** 405, with the methods that the resource has (RFC 9110, 15.5.6). */
    public static Problem methodNotAllowed(String allow) {
        return new Problem(405, "Use one of: " + allow + ".", List.of(), Map.of(Headers.ALLOW, allow));
    }

    /** 429 or 503, with the whole seconds to wait, at least one (RFC 9110, 10.2.3). */
    public static Problem tryLater(int status, String detail, long waitMs) {
        String seconds = Long.toString(Math.max(1, (waitMs + 999) / 1000));
        return new Problem(status, detail, List.of(), Map.of(Headers.RETRY_AFTER, seconds));
    }

    /** 503, for the server takes nothing new. */
    static Problem goingDown() {
        return tryLater(503, "The server is going down: try again in a moment.", 1_000);
    }

    /** What RFC 9110 and RFC 6585 call the status; Undertow has older names for two of them. */
    private String title() {
        return switch (status) {
            case 413 -> "Content Too Large";
            case 422 -> "Unprocessable Content";
            default -> StatusCodes.getReason(status);
        };
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
