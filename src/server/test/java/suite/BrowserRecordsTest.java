package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The page's splitter of records, {@code records()} in stream.js, fed every record cut at every byte, in a real Chromium. */
@Tag("browser")
@Timeout(300)
class BrowserRecordsTest {

    /** Characters of one to four bytes, escapes, and characters that other splitters take for the end of a line. */
    private static final List<String> LINES = List.of(
            "{\"type\":\"start\",\"resumed\":false,\"reason\":\"new\",\"heartbeatMs\":15000}",
            "{\"type\":\"message\",\"id\":\"k2x-1\",\"user\":\"Zoë\",\"text\":\"ü€漢😀 👩‍🚀 e\u0301\",\"time\":1700000000000}",
            "{\"type\":\"message\",\"id\":\"k2x-2\",\"user\":\"\\u005a\",\"text\":\"a\\nb\\\\n\\\"{}\",\"time\":1}",
            "{\"type\":\"message\",\"id\":\"k2x-3\",\"user\":\"\u2028\",\"text\":\"\u0085\u2029\uFEFF\",\"time\":2}",
            "{\"type\":\"message\",\"id\":\"k2x-4\",\"user\":\"u\",\"text\":\"" + "漢".repeat(200) + "\",\"time\":3}",
            "{\"type\":\"heartbeat\",\"id\":\"k2x-4\"}",
            "{\"type\":\"weather\",\"of\":[{\"the\":null},[]]}",
            "{\"type\":\"start\",\"resumed\":true,\"heartbeatMs\":15000}",
            "{\"type\":\"bye\",\"reason\":\"drain\",\"retryMs\":2345}");

    /**
     * {@code read(chunks)} returns the records, the error that ended it if any, and the observer's view. {@code lines}
     * are the expected records in turn; {@code bytes} are theirs.
     */
    private static final String PRELUDE = """
            const [lines] = arguments;
            const { records } = await import('/stream.js');
            const bytes = new TextEncoder().encode(lines.map((line) => line + '\\n').join(''));
            const wanted = JSON.stringify(lines.map((line) => JSON.parse(line)));
            async function read(chunks) {
              const left = [...chunks];
              const reader = { read: async () => (left.length > 0 ? { value: left.shift() } : { done: true }) };
              const result = { found: [], seen: [], error: null };
              try {
                for await (const record of records(reader, (chunk) => result.seen.push(chunk))) result.found.push(record);
              } catch (error) {
                result.error = error.name;
              }
              return result;
            }
            const encode = (text) => new TextEncoder().encode(text);
            """;

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    static final Backend backend = new Backend();

    @BeforeEach
    void openAnyPageOfTheServer() {
        chromium.driver().get(backend.url("/healthz"));
    }

    private static <T> T run(String script) {
        return chromium.runAsync(PRELUDE + script, LINES);
    }

    @Test
    void aCutAtAnyByteChangesNothing() {
        Map<String, Object> result = run("""
                const wrong = [];
                for (let cut = 0; cut <= bytes.length; cut += 1) {
                  const { found, error } = await read([bytes.slice(0, cut), bytes.slice(cut)]);
                  if (error !== null || JSON.stringify(found) !== wanted) wrong.push(`${cut}: ${error}`);
                }
                return { wrong, cuts: bytes.length + 1 };
                """);

        assertEquals(List.of(), result.get("wrong"));
        assertTrue((Long) result.get("cuts") > 1_000, "cuts tried: " + result.get("cuts"));
    }

    @Test
    void twoCutsAroundAnyFewBytesChangeNothing() {
        List<String> wrong = run("""
                const wrong = [];
                for (let cut = 0; cut < bytes.length; cut += 1) {
                  for (let length = 0; length <= 4; length += 1) {
                    const end = cut + length;
                    const { found } = await read([bytes.slice(0, cut), bytes.slice(cut, end), bytes.slice(end)]);
                    if (JSON.stringify(found) !== wanted) wrong.push(`${cut} to ${end}`);
                  }
                }
                return wrong;
                """);

        assertEquals(List.of(), wrong);
    }

    @Test
    void bytesThatComeOneByOneAreTheSameRecords() {
        List<Object> same = run("""
                const { found, error, seen } = await read([...bytes].map((byte) => Uint8Array.of(byte)));
                return [JSON.stringify(found) === wanted, error, seen.length === bytes.length];
                """);

        assertEquals(java.util.Arrays.asList(true, null, true), same);
    }

    @Test
    void theObserverSeesThatChunksAreNotRecords() {
        List<String> seen = run("""
                const half = bytes.indexOf(10) + 20; // Within the second line.
                const { seen } = await read([bytes.slice(0, half), bytes.slice(half, half + 3), bytes.slice(half + 3)]);
                return seen.map(({ bytes, records, goesOn, isCut }) => [bytes, records.length, goesOn, isCut].join(' '));
                """);

        long bytes = run("return bytes.length");
        long half = LINES.get(0).length() + 20;
        assertEquals(List.of(half + " 1 false true", "3 0 true true", (bytes - half - 3) + " 8 true false"), seen);
    }

    @Test
    void whatIsNotARecordEndsItAfterTheGoodOnesBefore() {
        List<String> ends = run("""
                const good = '{"type":"heartbeat","id":"k2x-1"}\\n';
                const ends = [];
                for (const bad of ['{"type":\\n', 'hello\\n', '{"type":"bye"}{"type":"bye"}\\n', '{"a":1}']) {
                  const { found, error } = await read([encode(good + good + bad)]);
                  ends.push(`${found.length} ${error}`);
                }
                return ends;
                """);

        assertEquals(List.of("2 SyntaxError", "2 SyntaxError", "2 SyntaxError", "2 SyntaxError"), ends);
    }

    @Test
    void bytesThatAreNotUtf8EndIt() {
        List<String> ends = run("""
                const ends = [];
                for (const bad of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
                  const chunks = [encode('{"type":"bye"}\\n{"type":"'), Uint8Array.from(bad), encode('"}\\n')];
                  const { found, error } = await read(chunks);
                  ends.push(`${found.length} ${error}`);
                }
                return ends;
                """);

        assertEquals(List.of("1 TypeError", "1 TypeError", "1 TypeError", "1 TypeError"), ends);
    }

    @Test
    void aRecordThatDoesNotEndIsGivenUp() {
        List<Object> end = run("""
                const megabyte = encode('x'.repeat(1 << 20));
                const { error, seen } = await read([encode('"'), ...Array(8).fill(megabyte)]);
                return [error, seen.length];
                """);

        assertEquals(List.of("RangeError", 2L), end);
    }

    /** A reconnect brings large chunks. In one task, the page would not answer its user meanwhile. */
    @Test
    void aLargeChunkTakesManyTasks() {
        List<Long> most = run("""
                const { port1, port2 } = new MessageChannel();
                let tasks = 0;
                port1.onmessage = () => {
                  tasks += 1;
                  port2.postMessage(null);
                };
                port2.postMessage(null);
                const inTask = new Map();
                const chunk = encode('{"type":"heartbeat","id":"k2x-1"}\\n'.repeat(1_050));
                const reader = { read: async () => (inTask.size === 0 ? { value: chunk } : { done: true }) };
                let count = 0;
                for await (const record of records(reader)) {
                  inTask.set(tasks, (inTask.get(tasks) ?? 0) + 1);
                  count += 1;
                }
                port1.close();
                return [Math.max(...inTask.values()), count];
                """);

        assertEquals(1_050, most.get(1));
        assertTrue(most.get(0) <= 200, "records in one task: " + most.get(0));
    }
}
