package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Twenty EventSources in a real Chromium: whatever the server does for a while, all come back and miss nothing. */
@Tag("browser")
@Timeout(300)
class BrowserReconnectTest {

    private static final int SOURCES = 20;

    private static final String OPEN = """
        window.sources = [];
        window.texts = [];
        window.reasons = [];
        for (let i = 0; i < 20; i++) {
          const source = new EventSource('/messages');
          const mine = [];
          source.onmessage = ({ data }) => mine.push(JSON.parse(data).text);
          source.addEventListener('bye', ({ data }) => reasons.push(JSON.parse(data).reason));
          sources.push(source);
          texts.push(mine);
        }
        """;

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Opened opened = new Opened();

    @AfterEach
    void leaveThePage() {
        chromium.driver().get("about:blank");
    }

    @Test
    @LikelyCause("A restart ends EventSources for good: they come back to a server that is still going down.")
    void aRestartLosesNone() {
        var server = opened.closing(new Restarted("PUSH_STALL_MS", "60000"));
        server.post(List.of("one", "two"));
        open(server.url("/healthz"));
        awaitTexts("one", "two");
        var stalled = opened.closing(server.stalled());
        server.post(List.of("three"));

        server.terminate();
        chromium.await("20 byes of the drain", () -> reasons("drain") >= SOURCES);
        server.awaitEnd();
        assertTrue(reasons("drain") > SOURCES, "none came back while the server was going down, so nothing was proved");
        stalled.close();
        awaitOneRefusedConnection();
        server.start();
        server.post(List.of("four", "five"));

        awaitTexts("one", "two", "three", "four", "five");
        assertAllAreAlive();
    }

    @Test
    @LikelyCause("A rate ends EventSources for good, which is to punish a network that was cut for a moment.")
    void tooManyAtTheSameTimeLoseNone() {
        var backend = opened.closing(new Backend("PUSH_OPENS_PER_SECOND", "5", "PUSH_OPEN_BURST", "3"));
        open(backend.url("/healthz"));
        backend.post("ann", "one");
        awaitTexts("one");
        assertTrue(reasons("rate") > 0, "none was refused, so nothing was proved");

        backend.relay().refuse();
        backend.relay().reset();
        backend.post("ann", "two");
        long before = reasons("rate");
        backend.relay().pass();
        chromium.await("EventSources that are sent away", () -> reasons("rate") > before);
        backend.post("ann", "three");

        awaitTexts("one", "two", "three");
        assertAllAreAlive();
    }

    @Test
    @LikelyCause("A server that is full for a while ends EventSources for good.")
    void aFullServerLosesNone() {
        var server = opened.closing(new Restarted("PUSH_MAX_STREAMS", "20", "PUSH_OPENS_PER_SECOND", "0"));
        var crowd = opened.closing(RawClient.connect("localhost", server.port(), RawClient.Options.PLAIN));
        for (int i = 0; i < 15; i++) {
            assertEquals(200, crowd.open(Format.NDJSON).status());
        }
        open(server.url("/healthz"));
        chromium.await("15 that are refused", () -> reasons("server") >= 15);
        server.post(List.of("one"));

        crowd.close();
        server.post(List.of("two"));

        awaitTexts("one", "two");
        assertAllAreAlive();
    }

    private static void open(String url) {
        chromium.driver().get(url);
        chromium.run(OPEN);
    }

    /** Waits until each EventSource has had exactly these messages, in this order. */
    private static void awaitTexts(String... texts) {
        var expected = Collections.nCopies(SOURCES, List.of(texts));
        chromium.await(List.of(texts) + " on each of 20", () -> expected.equals(chromium.run("return texts")));
    }

    private static void assertAllAreAlive() {
        List<Long> states = chromium.run("return sources.map((source) => source.readyState)");
        assertEquals(Collections.nCopies(SOURCES, 1L), states, "readyState; 2 is an EventSource that has given up");
    }

    private static long reasons(String reason) {
        Long count = chromium.run("return reasons.filter((each) => each === arguments[0]).length", reason);
        return count;
    }

    /** Waits until at least one EventSource has met the closed port. */
    private static void awaitOneRefusedConnection() {
        chromium.run(
                "for (const source of sources) source.addEventListener('error', () => (window.met = (window.met ?? 0)"
                        + " + 1))");
        chromium.await(
                "an EventSource that finds the port closed", () -> chromium.<Long>run("return window.met ?? 0") > 0);
    }
}
