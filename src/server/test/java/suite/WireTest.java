package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WireTest {

    @Test
    void aClientThatOpensAStreamAndPostsIsShownFrameByFrame() {
        var lines = Wire.sample(Options.server("push.http.PushServer"), 80);

        var text = String.join("\n", lines);
        assertFrame("-> 0 SETTINGS - 12", lines);
        assertFrame("-> 1 HEADERS END_STREAM END_HEADERS", lines);
        assertFrame("<- 1 HEADERS END_HEADERS", lines);
        assertFrame("<- 1 DATA -", lines);
        assertFrame("-> 3 DATA END_STREAM 29", lines);
        assertTrue(text.contains("GET /messages"), text);
        assertTrue(text.contains("200 application/x-ndjson"), text);
        assertTrue(text.contains("{\"type\":\"start\",\"resumed\":false"), text);
        assertTrue(text.contains("201 application/json"), text);
        assertTrue(text.contains("{\"type\":\"message\""), text);
        assertEquals(
                List.of(), lines.stream().filter(line -> line.length() > 80).toList(), "lines that are too long");
    }

    private static void assertFrame(String begins, List<String> lines) {
        var plain = lines.stream()
                .map(line -> line.strip().replaceAll("^[0-9.]+ ", "").replaceAll(" +", " "))
                .toList();
        assertTrue(
                plain.stream().anyMatch(line -> line.startsWith(begins)),
                begins + " is not in:\n" + lines.stream().collect(Collectors.joining("\n")));
    }
}
