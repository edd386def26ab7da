package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.util.Map;
import java.util.TreeMap;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HEAD on the paths of streams: the fields that GET would have, no body, and nothing opened (RFC 9110, 9.3.2). The
 * framing of a GET's body is not a field of the resource, so a HEAD may leave out Transfer-Encoding (RFC 9112, 6.1).
 */
@Area(id = "head", title = "HEAD")
@Proves("refuse.method")
final class HeadTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_OPENS_PER_SECOND", "1", "PUSH_OPEN_BURST", "100");

    @ParameterizedTest
    @CsvSource({
        "/messages, application/x-ndjson",
        "/messages, text/event-stream",
        "/messages, */*",
        "/msgs, text/plain",
        "/msgs, text/event-stream"
    })
    void headHasTheFieldsOfGetAndOpensNothing(String path, String accept) {
        var before = server.status();
        var head = server.request(server.at(path).head().header("accept", accept));
        assertEquals(200, head.status());
        assertEquals("", head.body());
        var after = server.status();
        assertEquals(before.json().path("streams"), after.json().path("streams"), "nothing was opened or counted");
        var get = server.open(server.client(), server.at(path), format(accept));

        because("HEAD is refused, or has other fields than GET, or opens a stream.", () -> {
            assertEquals(fields(get.headers()), fields(head.headers()));
            get.close();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/1.1\nConnection: close", "HTTP/1.0"})
    void http1HasTheSameFieldsToo(String rest) {
        var request = " /messages " + rest + "\nHost: HOST\nAccept: application/x-ndjson\n\n";
        try (var asks = Http1Socket.connect(server, 0);
                var reads = Http1Socket.connect(server, 0)) {
            var head = asks.send("HEAD" + request).head();
            var get = reads.send("GET" + request).head();

            because("Over HTTP/1.1 a HEAD has other fields, or leaves the connection in doubt.", () -> {
                assertEquals(compared(get.fields()), compared(head.fields()));
                if (rest.equals("HTTP/1.1")) {
                    assertEquals(
                            "ok\n",
                            asks.body(asks.send("GET /healthz HTTP/1.1\nHost: HOST\n\n")
                                    .head()));
                }
            });
        }
    }

    @Test
    void headIsRefusedAsGetIs() {
        var head = server.request(server.at("/messages").head().header("accept", "image/png"));

        assertEquals(406, head.status());
        assertEquals("", head.body());
        var allow = server.request(server.at("/messages").delete()).header("allow");
        assertTrue(allow.contains("HEAD") && allow.contains("GET") && allow.contains("POST"), allow);
    }

    @Test
    void headsAreNotCountedAsOpens() {
        for (int i = 0; i < 300; i++) {
            assertEquals(200, server.request(server.at("/messages").head()).status());
        }
    }

    private static Format format(String accept) {
        for (var format : Format.values()) {
            if (format.mediaType.equals(accept)) {
                return format;
            }
        }
        throw new AssertionError(accept);
    }

    private static Map<String, String> fields(Headers headers) {
        var fields = new TreeMap<String, String>();
        headers.forEach(field -> fields.put(field.getFirst(), field.getSecond()));
        return compared(fields);
    }

    private static Map<String, String> compared(Map<String, String> fields) {
        var rest = new TreeMap<>(fields);
        rest.remove("date");
        rest.remove("transfer-encoding");
        return rest;
    }
}
