package suite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The parsers that judge: whatever the cuts, the same records; and each kind of malformed input is named. */
class RecordsTest {

    private static final String NDJSON = """
            {"type":"start","resumed":false,"reason":"new","heartbeatMs":15000}
            {"type":"message","id":"e1-1","user":"zoë","text":"€ 😀 \\n \\"x\\"","time":1700000000000}
            {"type":"heartbeat","id":"e1-1"}
            {"type":"later","unknown":[{}]}
            {"type":"bye","reason":"drain","retryMs":2345}
            """;

    private static final String SSE = """
            event: start
            retry: 2000
            data: {"type":"start","resumed":false,"reason":"new","heartbeatMs":15000}

            id: e1-1
            data: {"type":"message","id":"e1-1","user":"zoë","text":"€ 😀 \\n \\"x\\"","time":1700000000000}

            : a comment

            event:heartbeat
            data:{"type":"heartbeat",
            data: "id":"e1-1"}

            event: later
            unknown: field
            nocolon
            data: {"type":"later","unknown":[{}]}

            event: bye
            retry: 2345
            data: {"type":"bye","reason":"drain","retryMs":2345}

            """;

    private static final String SEED = """
            {"messages":[]}
            {"messages":[{"user":"zoë","text":"€ 😀 \\n","time":1700000000000}]}
            {"msg":[{"user":"bob","text":"2","time":2},{"user":"ann","text":"1","time":1}]}
            """;

    @ParameterizedTest
    @EnumSource(names = {"SEED", "NDJSON", "SSE"})
    void everySplitInTwoFindsTheSameRecords(Format format) {
        var bytes = wire(format).getBytes(UTF_8);
        var whole = Records.all(format, bytes);

        for (int cut = 0; cut <= bytes.length; cut++) {
            assertEquals(whole, found(format, bytes, cut, bytes.length), "cut at " + cut);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SEED", "NDJSON", "SSE"})
    void everySplitInThreeFindsTheSameRecords(Format format) {
        var bytes = wire(format).getBytes(UTF_8);
        var whole = Records.all(format, bytes);

        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second += 7) {
                assertEquals(whole, found(format, bytes, first, second), "cuts at " + first + " and " + second);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SEED", "NDJSON", "SSE"})
    void oneByteAtATimeFindsTheSameRecords(Format format) {
        var bytes = wire(format).getBytes(UTF_8);
        var records = Records.of(format);
        var found = new ArrayList<WireRecord>();

        for (int i = 0; i < bytes.length; i++) {
            records.feed(bytes, i, 1, found::add);
        }

        assertEquals(Records.all(format, bytes), found);
        assertEquals(0, records.pending());
    }

    @Test
    void ndjsonAndSseCarryTheSameRecords() {
        var lines = Records.all(Format.NDJSON, NDJSON.getBytes(UTF_8));
        var events = Records.all(Format.SSE, SSE.getBytes(UTF_8));

        assertEquals(
                List.of("start", "message", "heartbeat", "later", "bye"),
                lines.stream().map(WireRecord::type).toList());
        assertEquals(
                lines.stream().map(WireRecord::fields).toList(),
                events.stream().map(WireRecord::fields).toList());
        assertEquals(
                lines.stream().map(WireRecord::type).toList(),
                events.stream().map(WireRecord::type).toList());
        assertEquals(
                new Message("e1-1", "zoë", "€ 😀 \n \"x\"", 1700000000000L),
                lines.get(1).message());
    }

    @Test
    void anSseEventKeepsWhatStoodInItAndNothingOfTheOneBefore() {
        var events = Records.all(Format.SSE, SSE.getBytes(UTF_8)).stream()
                .map(record -> record.event().orElseThrow())
                .toList();

        assertEquals(
                List.of("start", "", "heartbeat", "later", "bye"),
                events.stream().map(Sse.Event::name).toList());
        assertEquals(Optional.of("e1-1"), events.get(1).id());
        assertEquals(Optional.empty(), events.get(2).id());
        assertEquals(Optional.of(2000L), events.get(0).retry());
        assertEquals(Optional.empty(), events.get(1).retry());
        assertEquals("{\"type\":\"heartbeat\",\n\"id\":\"e1-1\"}", events.get(2).data());
    }

    @ParameterizedTest
    @MethodSource("lineEndings")
    void sseLinesEndInThreeWaysAndMayFollowAByteOrderMark(String ending) {
        var bytes = ("\uFEFF" + SSE.replace("\n", ending)).getBytes(UTF_8);
        var expected = Records.all(Format.SSE, SSE.getBytes(UTF_8));

        for (int cut = 0; cut <= bytes.length; cut++) {
            assertEquals(expected, found(Format.SSE, bytes, cut, bytes.length), "cut at " + cut);
        }
    }

    static Stream<String> lineEndings() {
        return Stream.of("\n", "\r", "\r\n");
    }

    @Test
    void sseTakesOneSpaceAndRefusesNulInIdAndAllButDigitsInRetry() {
        var event = Records.all(
                        Format.SSE,
                        "id: a\nid: b\0\nretry: 5\nretry: -6\nretry:\nevent:  two\ndata:  {}\n\n".getBytes(UTF_8))
                .get(0)
                .event()
                .orElseThrow();

        assertEquals(new Sse.Event(" two", " {}", Optional.of("a"), Optional.of(5L)), event);
    }

    @Test
    void sseDispatchesNothingWithoutDataOrWithoutAnEmptyLine() {
        assertEquals(List.of(), Records.all(Format.SSE, "event: a\nid: 1\n\n\n: b\n\n".getBytes(UTF_8)));
        var unfinished =
                assertThrows(MalformedRecord.class, () -> Records.all(Format.SSE, "data: {}\n".getBytes(UTF_8)));

        assertEquals("the last 9 bytes are not a whole record", unfinished.getMessage());
    }

    @Test
    void snapshotsHaveTheirMessagesNewestFirst() {
        var snapshots = Records.all(Format.SEED, SEED.getBytes(UTF_8));

        assertEquals(List.of(), snapshots.get(0).messages());
        assertEquals(
                List.of(new Message("", "bob", "2", 2), new Message("", "ann", "1", 1)),
                snapshots.get(2).messages());
    }

    @ParameterizedTest
    @MethodSource
    void malformedInputIsNamed(Format format, String wire, String sentence) {
        // ISO 8859-1, so that a case can hold bytes which are not UTF-8.
        var bytes = wire.getBytes(ISO_8859_1);

        var malformed = assertThrows(MalformedRecord.class, () -> Records.all(format, bytes));

        assertTrue(malformed.getMessage().contains(sentence), malformed.getMessage());
    }

    static Stream<Arguments> malformedInputIsNamed() {
        return Stream.of(
                Arguments.of(Format.NDJSON, "{\"type\":\"a\"}", "the last 12 bytes are not a whole record"),
                Arguments.of(Format.NDJSON, "{\"type\":\"a\"}\n\n", "line 2 is empty"),
                Arguments.of(Format.NDJSON, "{\"type\":\n\"a\"}\n", "line 1 is not JSON"),
                Arguments.of(Format.NDJSON, "{\"type\":\"a\"}{\"type\":\"a\"}\n", "line 1 is not JSON"),
                Arguments.of(Format.NDJSON, "{\"type\":\"a\",\"type\":\"a\"}\n", "line 1 is not JSON"),
                Arguments.of(Format.NDJSON, "[]\n", "line 1 is JSON, but not an object"),
                Arguments.of(Format.NDJSON, "{}\n", "line 1 is without a \"type\""),
                Arguments.of(Format.NDJSON, "{\"type\":1}\n", "line 1 is without a \"type\""),
                Arguments.of(Format.NDJSON, "\u00EF\u00BB\u00BF{\"type\":\"a\"}\n", "line 1 is not JSON"),
                Arguments.of(Format.NDJSON, "{\"type\":\"\u00C3\"}\n", "line 1 is not UTF-8"),
                Arguments.of(Format.NDJSON, "{\"type\":\"\u00ED\u00A0\u0080\"}\n", "line 1 is not UTF-8"),
                Arguments.of(Format.NDJSON, "{\"type\":\"a\tb\"}\n", "line 1 is not JSON"),
                Arguments.of(Format.NDJSON, "{'type':'a'}\n", "line 1 is not JSON"),
                Arguments.of(Format.SSE, "data: {}\n\ndata: hello\n\n", "line 4 is not JSON"),
                Arguments.of(Format.SSE, "data\n\n", "line 2 is empty"),
                Arguments.of(Format.SSE, "data: {\"type\":1}\n\n", "\"type\" is not a string"),
                Arguments.of(Format.SSE, "data: \u00FF\n\n", "line 1 is not UTF-8"),
                Arguments.of(Format.SSE, ": only\ndata: {}\n", "the last 16 bytes are not a whole record"),
                Arguments.of(Format.SEED, "{\"messages\":[]}", "the last 15 bytes are not a whole record"),
                Arguments.of(Format.SEED, "{\"messages\":[]}{\"messages\":[]}\n", "line 1 is not JSON"),
                Arguments.of(Format.SEED, "{\"messages\":{}}\n", "without an array \"messages\""),
                Arguments.of(Format.SEED, "{\"messages\":[1]}\n", "a message that is not an object"));
    }

    @Test
    void whatCameBeforeTheMalformedLineIsHandedOn() {
        var found = new ArrayList<WireRecord>();
        var bytes = "{\"type\":\"a\"}\nx\n".getBytes(UTF_8);

        assertThrows(MalformedRecord.class, () -> Records.of(Format.NDJSON).feed(bytes, 0, bytes.length, found::add));

        assertEquals("a", found.get(0).type());
    }

    private static String wire(Format format) {
        return switch (format) {
            case SEED -> SEED;
            case NDJSON -> NDJSON;
            case SSE -> SSE;
            case ANY -> throw new AssertionError("there are no records in any form at all");
        };
    }

    private static List<WireRecord> found(Format format, byte[] bytes, int first, int second) {
        var records = Records.of(format);
        var found = new ArrayList<WireRecord>();
        records.feed(bytes, 0, first, found::add);
        records.feed(bytes, first, second - first, found::add);
        records.feed(bytes, second, bytes.length - second, found::add);
        assertEquals(0, records.pending());
        return found;
    }
}
