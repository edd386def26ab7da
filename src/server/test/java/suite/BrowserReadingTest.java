package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;

/** A person reads the page, in a real Chromium: nothing new goes unnoticed, nothing old disappears. */
@Tag("browser")
@Timeout(300)
class BrowserReadingTest {

    private static final String HIDE = """
        Object.defineProperty(document, 'hidden', { value: arguments[0], configurable: true });
        Object.defineProperty(document, 'visibilityState', {
          value: arguments[0] ? 'hidden' : 'visible', configurable: true,
        });
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
        """;

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Opened opened = new Opened();

    private Backend backend = opened.closing(new Backend("PUSH_POSTS_PER_SECOND", "0", "PUSH_RETAIN_MESSAGES", "250"));
    private ChatPage page;

    /** Opens the page on this many messages, of which it shows the newest 50, after its first second. */
    private void open(int messages) {
        for (int i = 1; i <= messages; i++) {
            backend.post("ann", "message " + i);
        }
        page = ChatPage.open(chromium, backend.url("/"));
        chromium.await("the list", () -> page.messages().size() >= Math.min(messages, 50));
        chromium.runAsync("await new Promise((done) => setTimeout(done, 1_100))"); // Later messages are news.
    }

    private void scroll(int fromEnd) {
        chromium.runAsync("""
            const log = document.getElementById('log');
            const moved = new Promise((done) => log.addEventListener('scroll', done, { once: true }));
            log.scrollTop = -arguments[0];
            await moved;
            await new Promise(requestAnimationFrame);
            """, fromEnd);
    }

    private double fromEnd() {
        return Math.abs(chromium.<Number>run("return document.getElementById('log').scrollTop")
                .doubleValue());
    }

    /** Returns all text in the list, in sight or not. */
    private static String said() {
        return chromium.run("return document.getElementById('log').textContent");
    }

    @Test
    void whatComesBelowTheViewIsCountedOnAButtonThatLeadsThere() {
        open(50);
        scroll(400);

        for (int i = 0; i < 3; i++) {
            backend.post("bob", "news " + i);
        }

        chromium.await("a button", () -> page.text("newer").equals("↓ 3 new"));
        chromium.driver().findElement(By.id("newer")).click();
        chromium.await("the end", () -> fromEnd() == 0);
        chromium.await("no button", () -> page.text("newer").isEmpty());
    }

    @Test
    void aSlipOfTheFingerIsNoWishToReadFurtherUp() {
        open(50);
        scroll(30);

        backend.post("bob", "news");

        page.awaitMessages(
                Stream.concat(IntStream.rangeClosed(1, 50).mapToObj(i -> "ann: message " + i), Stream.of("bob: news"))
                        .toArray(String[]::new));
        chromium.await("the end", () -> fromEnd() == 0);
        assertEquals("", page.text("newer"));
    }

    @Test
    void whoSendsIsTakenToTheEnd() {
        open(50);
        page.name("bob");
        scroll(600);

        page.say("mine");

        chromium.await("the end", () -> fromEnd() == 0);
        page.awaitNothingPending();
        assertEquals(0, fromEnd());
    }

    @Test
    void aTabInTheBackgroundCountsInItsTitleUntilItIsLookedAt() {
        open(5);
        assertEquals("🟢 Streaming push", chromium.driver().getTitle());

        chromium.run(HIDE, true);
        for (int i = 0; i < 3; i++) {
            backend.post("bob", "news " + i);
        }
        chromium.await("a count", () -> chromium.driver().getTitle().equals("(3) 🟢 Streaming push"));
        chromium.run(HIDE, false);

        assertEquals("🟢 Streaming push", chromium.driver().getTitle());
        chromium.await("all of them", () -> page.messages().size() == 8);
    }

    @Test
    void whatWasReadBeforeARestartStaysAboveANote() {
        open(50);
        scroll(300);
        backend.stop();
        page.awaitStatus("🔴 ");
        backend.startAgain();
        backend.post("bob", "after");

        page.awaitLive();
        page.awaitMessages("bob: after");
        assertEquals(50, page.count("#messages .past li"));
        assertEquals(1, page.count("#messages .past + .note"));
        assertTrue(
                chromium.driver().findElement(By.cssSelector(".note")).getText().startsWith("The server restarted."));
        assertTrue(fromEnd() > 250, "who was reading is where he was: " + fromEnd());
    }

    @Test
    @LikelyCause("A page that has missed messages shows those before and after them as if they were neighbours.")
    void whereMessagesWereMissedANoteStandsBetweenThem() {
        backend = opened.closing(new Backend(
                "PUSH_POSTS_PER_SECOND", "0",
                "PUSH_RETAIN_MESSAGES", "60",
                "PUSH_HEARTBEAT_MS", "600000",
                "PUSH_PING_MS", "600000",
                "PUSH_STALL_MS", "600000"));
        open(5);
        backend.relay().hold(FaultyProxy.Way.TO_CLIENT);
        // More than sockets and windows take in the browser's place, which is some 16 MB.
        var large = "\uD834\uDD1E".repeat(4_096);
        for (int i = 0; i < 1_500; i++) {
            backend.post("bob", large);
        }
        for (int i = 1; i <= 50; i++) {
            backend.post("ann", "later " + i);
        }

        backend.relay().pass();

        chromium.await("a note", () -> page.count("#messages .past + .note") == 1);
        assertEquals(
                List.of("Messages came faster than they could be shown. Some between these and the next are not"
                        + " shown."),
                chromium.run(
                        "return [...document.querySelectorAll('#messages .note')].map((note) => note.textContent)"));
        page.awaitMessages(
                IntStream.rangeClosed(1, 50).mapToObj(i -> "ann: later " + i).toArray(String[]::new));
        page.awaitLive();
    }

    @Test
    void olderMessagesComeWithoutAMoveOfTheViewUntilTheHistoryBegins() {
        open(180);

        for (int expected : new int[] {150, 180}) {
            chromium.await("a step further up, with " + expected + " messages", () -> {
                chromium.run("document.getElementById('log').scrollTop = -1e6");
                return page.messages().size() >= expected;
            });
        }
        var messages = page.messages();

        assertEquals(180, messages.size());
        for (int i = 1; i <= 180; i++) {
            assertEquals("ann: message " + i, messages.get(i - 1));
        }
        chromium.await("the beginning", () -> said().contains("This is where the history begins."));
        assertEquals(1, page.count("#messages .day"));
    }

    @Test
    void theViewStaysWhereItIsWhileOlderMessagesComeIn() {
        open(180);
        String place = "return document.querySelectorAll('#messages li')[arguments[0]].getBoundingClientRect().top";
        // The answer waits until the view is at rest.
        chromium.run("""
            const real = fetch;
            window.answer = new Promise((go) => (window.go = go));
            window.fetch = async (url, options) => {
              if (String(url).startsWith('history')) {
                window.asked = true;
                await window.answer;
              }
              return real(url, options);
            };
            """);
        scroll(100_000);
        chromium.runAsync("""
            const log = document.getElementById('log');
            for (let still = 0, last = -1; still < 10 || !window.asked; last = log.scrollTop) {
              await new Promise(requestAnimationFrame);
              still = log.scrollTop === last ? still + 1 : 0;
            }
            """);
        double before = chromium.<Number>run(place, 3).doubleValue();

        chromium.run("window.go()");

        chromium.await("older messages", () -> page.messages().size() >= 150);
        chromium.await(
                "the same place for the same message",
                () -> Math.abs(chromium.<Number>run(place, page.messages().indexOf("ann: message 134"))
                                        .doubleValue()
                                - before)
                        < 2);
    }

    @Test
    void whereMoreIsNoLongerKeptThePageSaysSo() {
        open(300);

        chromium.await("the end of what is kept", () -> {
            chromium.run("document.getElementById('log').scrollTop = -1e6");
            return said().contains("Older messages are no longer kept.");
        });
        assertEquals(250, page.messages().size());
    }
}
