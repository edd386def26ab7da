package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The page that the server serves at its root, in a real Chromium. To be judged, a page needs fields with the ids
 * {@code user} and {@code text}, rows {@code li} with a {@code .user} and a {@code .text} in {@code #messages}, and a
 * {@code #status} that begins with its light.
 */
@Lesson(id = "14", slug = "browser", title = "The browser")
@Tag("browser")
@Timeout(180)
@Proves("page.shows")
final class Lesson14BrowserTest {

    /** Waits of up to a second that double are fewer than this, whatever the random numbers; a loop makes hundreds. */
    private static final int MOST_ATTEMPTS = 30;

    @RegisterExtension
    @Order(1) // So that after a test the browser is closed before the server's counts are checked.
    static final JudgedServer server = JudgedServer.with("PUSH_HEARTBEAT_MS", "500", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    @Order(2)
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Figures figures = new Figures();

    @BeforeEach
    void thereIsAPage() {
        var page = server.get("/");
        if (page.status() == 404 && !server.ours()) {
            throw JudgedServer.notJudged("GET / answers 404: this server has no page");
        }
        assertEquals(200, page.status(), "the status of GET /, which must answer the page");
        assertTrue(
                page.header("content-type").startsWith("text/html"),
                () -> "GET / must answer HTML, but it answered " + page.header("content-type"));
    }

    @Test
    void twoPagesShowTheSameMessagesInTheSameOrder() {
        server.restart();
        var ann = ChatPage.open(chromium, server.url("/"));
        chromium.newWindow();
        var bob = ChatPage.open(chromium, server.url("/"));
        ann.name("ann");
        bob.name("bob");

        for (int i = 0; i < 3; i++) {
            ann.say("from ann " + i); // Neither waits for the other: the server decides the order.
            bob.say("from bob " + i);
        }

        because(
                "The page reads chunks as if they were records, or draws a message before the stream has brought it.",
                () -> {
                    chromium.await(
                            "six messages on both pages",
                            () -> ann.messages().size() == 6 && bob.messages().size() == 6);
                    assertEquals(ann.messages(), bob.messages());
                    figures.put("messages on both pages", ann.messages().size() + "/6");
                });
    }

    @Test
    void historyThatComesInPiecesIsShownWhole() {
        server.restart();
        var expected = new ArrayList<String>();
        for (int i = 0; i < 30; i++) {
            // 15 kB, in characters of three bytes and of four.
            var text = i + " " + "\u20ac".repeat(1_000) + "\uD83D\uDE00".repeat(3_000);
            server.post("ann", text);
            expected.add("ann: " + text);
        }
        chromium.slow(500_000); // It would be too little for a browser at full speed to receive in several chunks.

        var page = ChatPage.open(chromium, server.url("/"));

        because(
                "A chunk is read as if it were a record, or each chunk is decoded by itself: keep what is not whole yet.",
                () -> {
                    chromium.await("30 messages in the list", () -> page.count("#messages li") >= 30);
                    assertTrue(
                            expected.equals(page.messages()),
                            "each message of the history must be shown whole, and in order");
                });
    }

    @Test
    void whatIsWrittenIsShownAndNeverDone() {
        server.restart();
        var page = ChatPage.open(chromium, server.url("/"));

        server.post("<b onclick=alert(1)>ann</b>", "<img src=x onerror=alert(1)><script>alert(2)</script>");

        because("Text becomes markup somewhere: use textContent, never innerHTML.", () -> {
            chromium.await("a message in the list", () -> page.count("#messages li") == 1);
            assertEquals(
                    List.of("<b onclick=alert(1)>ann</b>: <img src=x onerror=alert(1)><script>alert(2)</script>"),
                    page.messages());
            assertEquals(0, page.count("#messages :is(script, img, b)"), "elements that a message has made");
            page.assertInnocent();
        });
    }

    @Test
    void markupThatGotInAllTheSameDoesNothing() {
        var page = ChatPage.open(chromium, server.url("/"));

        chromium.run("""
                try {
                  document.body.insertAdjacentHTML('beforeend', '<b id="slip" onclick="alert(1)">');
                  document.getElementById('slip').click();
                } catch (forbidden) {
                  // By Trusted Types, which is better still.
                }
                """);

        because(
                "There is no Content-Security-Policy, or 'unsafe-inline' has taken it back: one slip, and a message is a script.",
                () -> assertFalse(page.crimes().contains("alert"), "an inline handler must not run, but it did"));
    }

    @Proves("page.light")
    @Test
    void lightTurnsRedInSilenceAndWhatWasMissedComesOnce() {
        server.restart();
        var relay = server.relay();
        var page = ChatPage.open(chromium, relay.url("/"));
        server.post("ann", "before");
        page.awaitMessages("ann: before");

        relay.swallow(FaultyProxy.Way.values());
        page.awaitStatus("🔴");
        server.post("bob", "meanwhile");
        relay.cut();
        relay.pass();

        because(
                "The light believes the socket: an open connection that brings nothing is not live. Watch the heartbeats.",
                () -> {
                    page.awaitLive();
                    page.awaitMessages("ann: before", "bob: meanwhile");
                    page.assertInnocent();
                });
    }

    @Proves("page.light")
    @Test
    void anAnswerThatBringsNothingIsNotLive() {
        var relay = server.relay();
        var page = ChatPage.open(chromium, relay.url("/"));
        chromium.run("""
                const fetched = window.fetch;
                window.fetch = async (url, options = {}) => {
                  if ((options.method ?? 'GET') !== 'GET') return fetched(url, options);
                  const body = new ReadableStream({ pull: () => { witness.isRead = true; } }, { highWaterMark: 0 });
                  return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } });
                };
                """);

        relay.cut();

        because(
                "The light turns green because an answer has begun. A proxy can begin one: wait for the first record.",
                () -> {
                    chromium.await(
                            "the page to read the answer to its next GET",
                            () -> chromium.run("return witness.isRead === true"));
                    assertEquals(
                            "🔴", page.lights().get(page.lights().size() - 1), "the light, when no record has come");
                });
    }

    @Proves("page.light")
    @Test
    void lightTurnsRedAtAnEndAndWhoComesBackHasEverything() {
        server.restart();
        var relay = server.relay();
        var page = ChatPage.open(chromium, relay.url("/"));
        var expected = new ArrayList<String>();
        for (int i = 0; i < 60; i++) { // More than a history: without resuming, a client gets only the newest 50.
            server.post("ann", "before " + i);
            expected.add("ann: before " + i);
        }
        page.awaitMessages(expected.toArray(String[]::new));
        page.awaitLive();
        int seen = page.lights().size();

        relay.cut();

        because(
                "A short interruption is hidden from the user, or the page does not come back after it, or comes back"
                        + " without the last id.",
                () -> {
                    chromium.await("a red light, then a green one", () -> {
                        var lights = page.lights();
                        return lights.lastIndexOf("🔴") >= seen
                                && lights.get(lights.size() - 1).equals("🟢");
                    });
                    server.post("ann", "after");
                    expected.add("ann: after");
                    page.awaitMessages(expected.toArray(String[]::new));
                });
    }

    @Proves("page.light")
    @Test
    void whoIsRefusedDoesNotHammer() {
        var relay = server.relay();
        var page = ChatPage.open(chromium, relay.url("/"));
        relay.refuse();
        relay.reset();
        page.awaitStatus("🔴");
        int before = relay.accepted();

        Deadline.pause(Duration.ofSeconds(2));

        because(
                "A client that is refused tries again immediately, and ten thousand of them keep the server down.",
                () -> {
                    int attempts = relay.accepted() - before;
                    assertTrue(
                            attempts <= MOST_ATTEMPTS, () -> "within 2 s it tried " + attempts + " times to connect");
                    relay.pass();
                    page.awaitLive();
                    figures.put("attempts in 2 s", attempts);
                });
    }
}
