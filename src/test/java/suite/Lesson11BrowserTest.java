package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The page that the server serves at its root, in a real Chromium. What a page needs to be judged: fields with the ids
 * {@code user} and {@code text}, rows {@code li} with a {@code .user} and a {@code .text} in {@code #messages}, and a
 * {@code #status} that begins with its light.
 */
@Lesson(id = "11", slug = "browser", title = "The browser")
@Tag("browser")
@Timeout(60)
final class Lesson11BrowserTest {

    @RegisterExtension
    @Order(1) // So that after a test the browser is closed before the server's account is looked at.
    static final Target server = Target.with("PUSH_HEARTBEAT_MS", "500", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    @Order(2)
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Figures figures = new Figures();

    @BeforeEach
    void thereIsAPage() {
        var page = server.get("/");
        assertTrue(
                page.status() == 200 && page.header("content-type").startsWith("text/html"),
                () -> "GET / must answer the chat page, but it answered " + page.status());
    }

    @Means("The page reads chunks as if they were records, or draws a message before the stream has brought it.")
    @Test
    void twoPagesShowTheSameMessagesInTheSameOrder() {
        server.restart();
        var ann = ChatPage.open(chromium, server.url("/"));
        chromium.newWindow();
        var bob = ChatPage.open(chromium, server.url("/"));
        ann.name("ann");
        bob.name("bob");

        for (int i = 0; i < 3; i++) {
            ann.say("from ann " + i); // Neither waits for the other: the server decides on the order.
            bob.say("from bob " + i);
        }

        chromium.await(
                "six messages on both",
                () -> ann.messages().size() == 6 && bob.messages().size() == 6);
        assertEquals(ann.messages(), bob.messages());
        figures.put("messages on both pages", ann.messages().size() + "/6");
    }

    @Means("Text becomes markup somewhere: use textContent, never innerHTML.")
    @Test
    void whatIsWrittenIsShownAndNeverDone() {
        server.restart();
        var page = ChatPage.open(chromium, server.url("/"));

        server.post("<b onclick=alert(1)>ann</b>", "<img src=x onerror=alert(1)><script>alert(2)</script>");

        page.awaitMessages("<b onclick=alert(1)>ann</b>: <img src=x onerror=alert(1)><script>alert(2)</script>");
        assertEquals(0, page.count("#messages :is(script, img, b)"));
        page.assertInnocent();
    }

    @Means("The light believes the socket: an open connection that brings nothing is not live. Watch the heartbeats.")
    @Test
    void lightTurnsRedInSilenceAndWhatWasMissedComesOnce() {
        server.restart();
        var relay = server.relay();
        var page = ChatPage.open(chromium, relay.url("/"));
        server.post("ann", "before");
        page.awaitMessages("ann: before");

        relay.swallow(Relay.Way.values());
        page.awaitStatus("🔴");
        server.post("bob", "meanwhile");
        relay.cut();
        relay.pass();

        page.awaitLive();
        page.awaitMessages("ann: before", "bob: meanwhile");
        page.assertInnocent();
    }

    @Means("A clean end is taken for good news, or nobody comes back after it.")
    @Test
    void lightTurnsRedAtACleanEndAndComesBack() {
        server.restart();
        var relay = server.relay();
        var page = ChatPage.open(chromium, relay.url("/"));
        server.post("ann", "before");
        page.awaitMessages("ann: before");

        relay.cut();

        chromium.await("a red light", () -> page.states().stream().anyMatch(s -> "🔴".equals(s.get("light"))));
        page.awaitLive();
        server.post("ann", "after");
        page.awaitMessages("ann: before", "ann: after");
    }
}
