package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The page's outbox, {@code Outbox} in outbox.js, against scripted answers, in a real Chromium. */
@Tag("browser")
@Timeout(300)
class BrowserOutboxTest {

    private static final Map<String, Object> LOST = Map.of();
    private static final Map<String, Object> STORED = Map.of("status", 201);

    /** Sends "one" and "two", plays one answer to each attempt, and returns the posts and their fates. */
    private static final String PLAY = """
            const [answers] = arguments;
            const { Outbox } = await import('/outbox.js');
            const setTimer = setTimeout;
            window.setTimeout = (action, ms) => setTimer(action, ms / 1_000);
            const now = Date.now;
            let skewMs = 0;
            Date.now = () => now() + skewMs;
            const did = { posts: [], keys: [], states: [] };
            window.fetch = async (url, { headers, body }) => {
              const { text } = JSON.parse(body);
              did.posts.push(text);
              did.keys.push(headers['idempotency-key']);
              const { status, laterMs = 0, body: json = { id: `E-${text}` }, ...more } = answers.shift();
              skewMs += laterMs;
              if (status === undefined) throw new TypeError('unreachable');
              return new Response(typeof json === 'string' ? json : JSON.stringify(json), { status, headers: more });
            };
            await new Promise((finish) => {
              const outbox = new Outbox('/messages', ({ text, state, id, problem }) => {
                did.states.push(`${text} ${state}${id ? ` ${id}` : ''}${problem ? `: ${problem.detail}` : ''}`);
                if (text === 'two' && /sent|refused/.test(state)) finish();
              });
              outbox.send('ann', 'one');
              outbox.send('ann', 'two');
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

    private static Map<String, List<String>> play(Object... answers) {
        return chromium.runAsync(PLAY, List.of(answers));
    }

    @Test
    void everyAttemptCarriesTheMessagesOwnKeyAndTheNextMessageWaits() {
        var busy = Map.of("status", 503, "retry-after", "1");
        var flooded = Map.of("status", 429, "retry-after", "1");
        var slow = Map.of("status", 408);
        var cut = Map.of("status", 201, "body", "{\"id\":");

        var did = play(LOST, busy, flooded, slow, cut, STORED, LOST, STORED);

        assertEquals(List.of("one", "one", "one", "one", "one", "one", "two", "two"), did.get("posts"));
        var keys = did.get("keys");
        assertEquals(1, keys.subList(0, 6).stream().distinct().count());
        assertEquals(keys.get(6), keys.get(7));
        assertNotEquals(keys.get(0), keys.get(6));
        assertEquals("two sent E-two", did.get("states").get(did.get("states").size() - 1));
    }

    @Test
    void whenTheServerMayHaveForgottenTheKeyTheMessageIsGivenBack() {
        var did = play(LOST, Map.of("laterMs", 260_000), Map.of("laterMs", 20_000), STORED);

        assertEquals(List.of("one", "one", "one", "two"), did.get("posts"));
        assertEquals(
                "one refused: This may have been sent or not. Look for it above, and send it again if it is not there.",
                did.get("states").get(did.get("states").size() - 2));
    }

    @Test
    void aRefusalIsNotTriedAgainAndDoesNotHoldUpTheNext() {
        var refused = Map.of("status", 422, "body", Map.of("detail", "Too rude."));

        var did = play(refused, STORED);

        assertEquals(
                List.of("one sending", "two sending", "one refused: Too rude.", "two sent E-two"), did.get("states"));
    }

    @Test
    void aRefusalWithoutAReasonStillHasWords() {
        var did = play(Map.of("status", 413, "body", "<html>"), STORED);

        assertEquals(
                "one refused: The server refused this message (status 413).",
                did.get("states").get(2));
    }
}
