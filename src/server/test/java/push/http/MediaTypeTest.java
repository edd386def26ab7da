package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import push.Wire;

/** The grammar of RFC 9110, 5.6 and 8.3.1, and the cost of long invalid values. */
final class MediaTypeTest {

    @Test
    void parametersAreReadInTheirOrder() {
        var type = MediaType.parse("Text/PLAIN;;A=b ; c=\"d \\\"e\\\" ;\" ;");

        assertEquals(new MediaType("text/plain", List.of(Map.entry("a", "b"), Map.entry("c", "d \"e\" ;"))), type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a/",
                "/b",
                "a/b;c",
                "a/b;c=",
                "a/b;c=\"d",
                "a/b;c=\"d\\",
                "a/b;c=d e",
                "a/b/c",
                "a/b,",
                "a /b",
                "a/b;=c",
                "a/b;\u00e9=c",
                "a/b;c=\"\u0001\""
            })
    void whatTheGrammarHasNotIsNone(String value) {
        assertNull(MediaType.parse(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json;charset=utf-8", "application/json; charset=UTF8"})
    void labelsOfUtf8AreUtf8(String value) throws Problem {
        MediaType.requireJson(List.of(value));
    }

    @Test
    void commasInQuotesSeparateNothing() {
        assertEquals(
                List.of("a/b;c=\"d, \\\", e\"", "f", "\"g, h"),
                FieldReader.elements(" , a/b;c=\"d, \\\", e\" ,, f\t,\"g, h"));
        assertEquals(List.of("\"a\\"), FieldReader.elements("\"a\\"));
        assertEquals(List.of(), FieldReader.elements(" ,\t, "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ";",
                ",",
                "\"",
                "\\",
                " ",
                "a",
                "a/b,",
                "a/b;q=0.5,",
                ";a=\"\\\"\"",
                "\"\\",
                "/",
                "=",
                "*/*,",
                "q=1;"
            })
    void hostileLengthCostsNoMoreThanItsLength(String part) {
        var value = "a/b" + part.repeat(2_000_000 / part.length()) + "\u0001";

        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            MediaType.parse(value);
            Accept.choose(value, Wire.MESSAGES);
        });
    }
}
