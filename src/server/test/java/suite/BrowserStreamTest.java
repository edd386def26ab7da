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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The page's connection, {@code Connection} in stream.js, against scripted answers, in a real Chromium: answers that no
 * sound server gives, and those that would otherwise take minutes.
 */
@Tag("browser")
@Timeout(300)
class BrowserStreamTest {

    private static final String START =
            "{\"type\":\"start\",\"resumed\":false,\"reason\":\"new\",\"heartbeatMs\":15000}\n";
    private static final String RESUMED = "{\"type\":\"start\",\"resumed\":true,\"heartbeatMs\":15000}\n";

    /** Plays these answers to a Connection, one for each GET, and returns what it did until it asked for more. */
    private static final String PLAY = """
            const [answers, random, speed] = arguments;
            const { Connection } = await import('/stream.js');
            const setTimer = setTimeout;
            window.timers = [];
            window.setTimeout = (action, ms) => timers.push(ms) && setTimer(action, ms / speed);
            Math.random = () => random;
            const did = [];
            await new Promise((finish) => {
              window.fetch = async (url, { headers, signal }) => {
                did.push(`GET ${headers['last-event-id'] ?? 'all'}`);
                if (answers.length === 0) return new Promise(() => finish()); // It never gets this one.
                const { status = 200, text, stays, ...more } = answers.shift();
                if (status !== 200) return new Response('', { status, headers: more });
                if (text === undefined) throw new TypeError('unreachable');
                return new Response(new ReadableStream({
                  start(body) {
                    body.enqueue(new TextEncoder().encode(text));
                    signal.addEventListener('abort', () => did.push('aborted') && body.error(signal.reason));
                    if (!stays) body.close();
                  },
                }));
              };
              new Connection('/messages', {
                state: ({ name, why, ms }) => did.push(why === undefined ? name : `${name} ${ms}: ${why}`),
                message: ({ text }) => did.push(text),
                forget: (reason) => did.push(`forget ${reason}`),
                chunk() {},
              }).run();
            });
            return did;
            """;

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    static final Backend backend = new Backend();

    @BeforeEach
    void openAnyPageOfTheServer() {
        chromium.driver().get(backend.url("/healthz"));
    }

    private static Map<String, Object> text(String text) {
        return Map.of("text", text);
    }

    private static String message(String id) {
        return "{\"type\":\"message\",\"id\":\"" + id + "\",\"user\":\"u\",\"text\":\"" + id + "\",\"time\":1}\n";
    }

    private static String heartbeat(String id) {
        return "{\"type\":\"heartbeat\",\"id\":\"" + id + "\"}\n";
    }

    /** Plays with waits that take no time. */
    private static List<String> play(Object... answers) {
        return chromium.runAsync(PLAY, List.of(answers), 0, 1);
    }

    /** Plays a thousand times as fast, with every random number a half, and returns the waits. */
    private static List<String> waits(Object... answers) {
        List<String> did = chromium.runAsync(PLAY, List.of(answers), 0.5, 1_000);
        return did.stream()
                .filter(each -> each.startsWith("waiting "))
                .map(each -> each.replaceAll("waiting (\\d+).*", "$1"))
                .toList();
    }

    /** A stream that began soundly goes wrong in one way: the light is no longer green, and the next GET resumes. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                                                | the stream ended
                    '{"type"'                                         | the stream ended inside a record
                    'oops\n'                                          | Unexpected token
                    'null\n'                                          | Cannot destructure
                    '{"type":"bye","reason":"drain","retryMs":0}\n'   | the server said bye (drain)
                    '{"type":"heartbeat","id":"E-2"}\n'               | a message is missing
                    '{"type":"heartbeat","id":"F-1"}\n'               | a message is missing
                    '{"type":"message","id":"E-3","text":"E-3"}\n'    | a message is missing
                    '{"type":"message","id":"F-2","text":"F-2"}\n'    | a message is missing
                    """)
    void whateverGoesWrongIsSeenAndMended(String wrong, String why) {
        var did = play(text(START + message("E-1") + wrong.replace("\\n", "\n")));

        assertEquals(List.of("connecting", "GET all", "forget new", "live", "E-1", "aborted"), did.subList(0, 6));
        assertTrue(did.get(6).startsWith("waiting 0: " + why), did::toString);
        assertEquals(List.of("connecting", "GET E-1"), did.subList(7, 9));
    }

    @Test
    void aHeartbeatThatIsAheadOfAnEmptyListIsAGapToo() {
        var did = play(text(START + heartbeat("E-0") + heartbeat("E-1")));

        assertTrue(did.contains("waiting 0: a message is missing"), did::toString);
    }

    @Test
    void whatComesAgainIsShownOnce() {
        var did = play(
                text(START + message("E-1") + message("E-2")),
                text(RESUMED + message("E-1") + message("E-2") + message("E-3")),
                text(RESUMED + message("E-3") + message("E-4") + heartbeat("E-4")));

        assertEquals(
                List.of("GET all", "E-1", "E-2", "GET E-2", "E-3", "GET E-3", "E-4", "GET E-4"),
                did.stream().filter(each -> each.matches("(GET |E-).*")).toList());
        assertTrue(did.stream().noneMatch(each -> each.contains("missing")), did::toString);
    }

    @Test
    void anotherLogTakesThePlaceOfTheOneThatIsGone() {
        var did = play(
                text(START + message("E-8")),
                text(START.replace("new", "epoch") + message("F-1") + message("F-2") + heartbeat("F-2")),
                text(RESUMED + START.replace("new", "lapped") + message("F-7")));

        assertEquals(
                List.of(
                        "GET all",
                        "forget new",
                        "E-8",
                        "GET E-8",
                        "forget epoch",
                        "F-1",
                        "F-2",
                        "GET F-2",
                        "forget lapped",
                        "F-7",
                        "GET F-7"),
                did.stream()
                        .filter(each -> each.matches("(GET |[EF]-|forget).*"))
                        .toList());
    }

    @Test
    void aTypeOfTheFutureIsIgnoredButASignOfLife() {
        var did = play(text("{\"type\":\"weather\",\"id\":\"E-9\"}\n" + START + message("E-1")));

        assertEquals(List.of("connecting", "GET all", "live", "forget new", "E-1"), did.subList(0, 5));
    }

    @Test
    void anOpenConnectionAloneIsNotLife() {
        var silent = Map.of("text", "{\"type\"", "stays", true);
        List<String> did = chromium.runAsync(PLAY, List.of(silent), 0, 1_000);

        assertEquals(List.of("connecting", "GET all", "aborted", "waiting 0: no answer"), did.subList(0, 4));
    }

    @Test
    void silenceOfTwoAndAHalfHeartbeatsIsGivenUpAndItsFetchEnded() {
        var silent = Map.of("text", START.replace("15000", "40"), "stays", true);

        var did = play(silent);

        assertEquals(List.of("live", "aborted", "waiting 0: silence"), did.subList(3, 6));
        assertTrue(chromium.<List<Number>>run("return timers").stream().anyMatch(ms -> ms.intValue() == 100));
    }

    @Test
    void waitsDoubleUpToThirtySecondsAndStartAnewAfterARecord() {
        var down = Map.of();
        var live = text(START);

        assertEquals(
                List.of("500", "1000", "2000", "4000", "8000", "15000", "15000", "500", "1000"),
                waits(down, down, down, down, down, down, down, live, down));
    }

    @Test
    void theServersOwnWishForAWaitIsKept() {
        var bye = text(START + "{\"type\":\"bye\",\"reason\":\"drain\",\"retryMs\":2345}\n");
        var busy = Map.of("status", 503, "retry-after", "7");
        var floods = Map.of("status", 429, "retry-after", "1");
        var past = Map.of("status", 503, "retry-after", "Thu, 01 Jan 1970 00:00:00 GMT");
        var broken = Map.of("status", 500);

        // A Retry-After is in whole seconds, so up to a second of jitter is added.
        assertEquals(List.of("2345", "7500", "1500", "0", "8000"), waits(bye, busy, floods, past, broken));
    }
}
