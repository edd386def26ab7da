package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import push.Wire;

/** The form that an Accept field asks for. */
final class AcceptTest {

    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "none                                            | MESSAGES",
                "''                                              | MESSAGES",
                "*/*                                             | MESSAGES",
                "text/plain                                      | MESSAGES",
                "text/*                                          | MESSAGES",
                "text/event-stream                               | SSE",
                "application/x-ndjson                            | NDJSON",
                "application/*                                   | NDJSON",
                "TEXT/Event-Stream                               | SSE",
                "text/event-stream;charset=utf-8                 | SSE",
                "text/event-stream ; q=0.1 , text/plain ; Q=0.2  | MESSAGES",
                "text/event-stream, text/plain                   | SSE",
                "text/plain, text/event-stream                   | MESSAGES",
                "application/x-ndjson, text/event-stream         | NDJSON",
                "text/event-stream, */*                          | SSE",
                "*/*, text/event-stream                          | SSE",
                "*/*, text/*, application/x-ndjson;q=0.9         | MESSAGES",
                "text/event-stream;q=0.5, application/x-ndjson   | NDJSON",
                "application/x-ndjson;q=0.5, */*;q=0.1           | NDJSON",
                "application/x-ndjson;q=0.001, text/html         | NDJSON",
                "text/html, */*;q=0.8                            | MESSAGES",
                "text/plain;q=0.3, */*                           | NDJSON",
                "text/plain;q=0, */*                             | NDJSON",
                "text/plain;q=0, application/x-ndjson;q=0, */*   | SSE",
                "text/*;q=0, */*                                 | NDJSON",
                "text/*;q=0, text/event-stream                   | SSE",
                "text/html                                       | none",
                "application/json                                | none",
                "text/event-stream-x                             | none",
                "xtext/event-stream                              | none",
                "image/*                                         | none",
                "*/*;q=0                                         | none",
                "*/*;q=0.000                                     | none",
                "text/event-stream;q=0                           | none",
                "text/plain;q=2                                  | MESSAGES",
                "text/plain;q=0.1234                             | MESSAGES",
                "text/plain;q=x                                  | MESSAGES",
                "',,;'                                           | MESSAGES",
                "none at all                                     | MESSAGES"
            })
    void formIsTheOneThatIsAskedForMost(String accept, Wire expected) {
        Wire msg = expected == Wire.MESSAGES ? Wire.MSG : expected;

        assertEquals(expected, Accept.choose(accept, Wire.MESSAGES));
        assertEquals(msg, Accept.choose(accept, Wire.MSG), "by the other dialect's path");
    }

    @Test
    void blanksWithoutEndCostNoMoreThanTheirNumber() {
        var accept = "application/x-ndjson" + " ".repeat(1_000_000) + "x";

        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Accept.choose(accept, Wire.MESSAGES));
    }
}
