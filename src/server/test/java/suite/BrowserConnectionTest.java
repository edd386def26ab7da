package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;

/** Servers die and networks fail under the page, in a real Chromium: its light tells the truth, and nothing is lost. */
@Tag("browser")
@Timeout(300)
class BrowserConnectionTest {

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Backend backend = new Backend();

    private ChatPage page;

    @BeforeEach
    void openThePage() {
        page = ChatPage.open(chromium, backend.url("/"));
        page.name("ann");
    }

    @AfterEach
    void thePageIsInnocent() {
        page.assertInnocent();
    }

    @Test
    void theLightIsSeenInItsColourAndInTheTitle() {
        var light = chromium.driver().findElement(By.id("light"));
        assertEquals("rgba(27, 158, 75, 1)", light.getCssValue("background-color"));
        assertEquals("🟢 Streaming push", chromium.driver().getTitle());

        backend.stop();

        page.awaitStatus("🔴 ");
        assertEquals("rgba(211, 48, 47, 1)", light.getCssValue("background-color"));
        assertEquals("🔴 Streaming push", chromium.driver().getTitle());
    }

    @Test
    void aNewServerAtTheSameAddressStartsANewListUnderTheOldOne() {
        backend.post("bob", "before");
        page.awaitMessages("bob: before");

        backend.stop();
        page.awaitStatus("🔴 The server ");
        backend.startAgain();
        backend.post("bob", "after");

        page.awaitLive();
        page.awaitMessages("bob: after");
        assertEquals(1, page.count("#messages .note"));
    }

    @Test
    void aCutIsResumedWithoutLossOrRepeat() {
        backend.post("bob", "one");
        page.awaitMessages("bob: one");

        backend.relay().refuse();
        backend.relay().reset();
        page.awaitStatus("🔴 ");
        backend.post("bob", "two");
        backend.post("bob", "three");
        backend.relay().pass();

        page.awaitLive();
        page.awaitMessages("bob: one", "bob: two", "bob: three");
        assertEquals(0, page.count("#messages .note"));
    }

    @Test
    void aByeIsWaitedOutAsTheServerAsks() {
        backend.drain();

        page.awaitStatus("🔴 The server ");
        var bye = page.states().stream()
                .filter(state -> state.get("why").equals("The server is restarting."))
                .findFirst()
                .orElseThrow(() -> new AssertionError("it must say why it waits: " + page.states()));
        backend.startAgain();
        page.awaitLive();
        var connecting = page.states().stream()
                .filter(state -> state.get("name").equals("connecting"))
                .reduce((first, last) -> last)
                .orElseThrow();
        long waitedMs = (Long) connecting.get("at") - (Long) bye.get("at");
        assertTrue(waitedMs >= 990 && waitedMs < 20_000, "the server asks for 1 to 5 s; waited " + waitedMs + " ms");
    }

    @Test
    void offlineIsShownAndWhatWasMissedComesAfterwards() {
        backend.post("bob", "one");
        page.awaitMessages("bob: one");

        chromium.offline(true);
        page.awaitStatus("🔴 You are offline.");
        backend.post("bob", "two");
        page.say("three");
        long attempts = attempts();
        chromium.await("two more attempts, which fail", () -> attempts() >= attempts + 2);
        page.awaitStatus("🔴 You are offline.");
        assertEquals(1, page.count("#pending li"));
        chromium.offline(false);

        page.awaitLive();
        page.awaitMessages("bob: one", "bob: two", "ann: three");
        page.awaitNothingPending();
        assertEquals(3, backend.posted());
    }

    /** Returns the number of the page's attempts to connect. */
    private long attempts() {
        return page.states().stream()
                .filter(state -> state.get("name").equals("connecting"))
                .count();
    }

    @Test
    void silenceTurnsTheLightRed() {
        backend.post("bob", "one");
        page.awaitMessages("bob: one");
        backend.relay().swallow(FaultyProxy.Way.TO_SERVER, FaultyProxy.Way.TO_CLIENT);

        page.awaitStatus("🔴 ");
        chromium.await(
                "silence as the reason",
                () -> page.states().stream().anyMatch(state -> state.get("why").equals("The server has gone silent.")));

        backend.post("bob", "two");
        backend.relay().pass();
        backend.relay().reset(); // TLS does not survive the swallowed bytes.
        page.awaitLive();
        page.awaitMessages("bob: one", "bob: two");
    }

    @Test
    void anAnswerThatGotLostDoesNotDoubleTheMessage() {
        chromium.run("""
            const real = fetch;
            window.fetch = async (url, options) => {
              const response = await real(url, options);
              if (options.method !== 'POST') return response;
              window.fetch = real;
              throw new TypeError('lost');
            };
            """);

        page.say("once only");

        page.awaitNothingPending();
        page.awaitMessages("ann: once only");
        assertEquals(1, backend.posted());
    }

    /** Chromium repeats a POST whose connection died before the answer: only the key makes that harmless, too. */
    @Test
    void aConnectionThatDiesUnderAPostDoesNotDoubleTheMessage() {
        backend.relay().swallow(FaultyProxy.Way.TO_CLIENT);
        page.say("once only");
        chromium.await("the server to have it", () -> backend.posted() == 1);
        assertEquals(1, page.count("#pending li"));

        backend.relay().pass();
        backend.relay().reset();

        page.awaitNothingPending();
        page.awaitMessages("ann: once only");
        assertEquals(1, backend.posted());
    }

    @Test
    void whatIsSentWhileTheServerIsGoneArrivesInOrder() {
        backend.stop();
        page.awaitStatus("🔴 ");
        page.say("one");
        page.say("two");
        page.say("three");
        assertEquals(3, page.count("#pending li"));

        backend.startAgain();

        page.awaitMessages("ann: one", "ann: two", "ann: three");
        page.awaitNothingPending();
        assertEquals(3, backend.posted());
    }

    @Test
    void aBurstIsShownWholeAndInOrder() {
        var expected = new String[150];
        Arrays.setAll(expected, i -> "ann: " + i);

        chromium.runAsync("""
            const post = (text) => fetch('/messages', {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({ user: 'ann', text: `${text}` }),
            });
            for (let i = 0; i < 150; i += 1) await post(i);
            """);

        page.awaitMessages(expected);
    }
}
