package lesson12_saying_no;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.util.LinkedHashMap;
import java.util.List;
import push.http.Reply;
import tools.jackson.databind.json.JsonMapper;

/** A request that is refused, and a sentence that says what its client can do (RFC 9457). */
final class Problem extends Exception {
    private static final long serialVersionUID = 1;
    private static final JsonMapper JSON = new JsonMapper();

    /** What is wrong with one field, which a JSON pointer names (RFC 6901, 6). */
    record Fault(String pointer, String detail) {}

    private final int status;
    private final transient List<Fault> faults;

    Problem(int status, String detail) {
        this(status, detail, List.of());
    }

    Problem(int status, String detail, List<Fault> faults) {
        super(detail);
        this.status = status;
        this.faults = faults;
    }

    /** A 405 has to say which methods there are (RFC 9110, 15.5.6). */
    static Problem method(HttpServerExchange exchange, String allow) {
        exchange.getResponseHeaders().put(Headers.ALLOW, allow);
        return new Problem(405, "Use one of: " + allow + ".");
    }

    void send(HttpServerExchange exchange) {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", "about:blank");
        body.put("title", StatusCodes.getReason(status));
        body.put("status", status);
        body.put("detail", getMessage());
        if (!faults.isEmpty()) {
            body.put("errors", faults);
        }
        exchange.setStatusCode(status);
        Reply.send(exchange, "application/problem+json", JSON.writeValueAsBytes(body));
    }
}
