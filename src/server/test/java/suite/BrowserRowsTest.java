package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;

/** The display of one message, in a real Chromium: its author, its time, and its text in the right direction. */
@Tag("browser")
@Timeout(300)
class BrowserRowsTest {

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Backend backend = new Backend("PUSH_POSTS_PER_SECOND", "0");

    private ChatPage page;

    private void open(int messages) {
        for (int i = 1; i <= messages; i++) {
            backend.post("ann", "message " + i);
        }
        page = ChatPage.open(chromium, backend.url("/"));
    }

    @Test
    void ownMessagesAreMarkedByWhatWasSentAndNotByTheName() {
        open(0);
        page.name("ann");
        page.say("mine");
        page.awaitNothingPending();
        backend.post("ann", "another ann's");
        page.awaitMessages("ann: mine", "ann: another ann's");

        for (int visit = 0; visit < 2; visit++) {
            chromium.await("one own message", () -> page.count("#messages .own") == 1);
            assertEquals(
                    "mine",
                    chromium.driver()
                            .findElement(By.cssSelector("#messages .own .text"))
                            .getText());
            chromium.driver().navigate().refresh();
            chromium.await("both messages again", () -> page.messages().size() == 2);
        }
        chromium.run("localStorage.clear()");
    }

    @LikelyCause("A tab writes the list of own messages as it was when the tab was opened.")
    @Test
    void ownMessagesOfAnotherTabAreNotForgotten() {
        open(0);
        page.name("ann");
        chromium.run("localStorage.setItem('own', '[\"other-1\"]')");

        page.say("mine");
        page.awaitNothingPending();

        String own = chromium.run("return localStorage.getItem('own')");
        assertTrue(own.startsWith("[\"other-1\",\""), own);
        chromium.run("localStorage.clear()");
    }

    @Test
    void aPrintShowsAllMessages() {
        open(50);
        chromium.await("fifty", () -> page.messages().size() == 50);
        chromium.driver().executeCdpCommand("Emulation.setEmulatedMedia", Map.of("media", "print"));

        long hidden = chromium.run(
                "return document.getElementById('log').scrollHeight - document.getElementById('log').clientHeight");
        boolean isWhole = chromium.run(
                "return document.documentElement.scrollHeight > document.getElementById('messages').offsetHeight");

        chromium.driver().executeCdpCommand("Emulation.setEmulatedMedia", Map.of("media", ""));
        assertEquals(0, hidden);
        assertTrue(isWhole, "the list is cut at the window");
    }

    @Test
    void oneAuthorsMessagesStandTogetherAndEachHasItsFullTime() {
        open(3);
        backend.post("bob", "interrupts");
        backend.post("ann", "goes on");

        chromium.await("five", () -> page.messages().size() == 5);
        assertEquals(
                List.of(false, true, true, false, false),
                chromium.run(
                        "return [...document.querySelectorAll('#messages li')].map((row) => row.matches('.run'))"));
        var time = chromium.driver().findElement(By.cssSelector("#messages li time"));
        assertTrue(time.getDomAttribute("datetime").matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"));
        assertTrue(time.getDomAttribute("title").matches(".*\\d{4}.*:\\d\\d:\\d\\d.*"), time.getDomAttribute("title"));
        String day = chromium.run("return document.querySelector('#messages li .day').textContent");
        assertTrue(day.matches(".*\\d{4}.*"), day);
    }

    /** An override in a text reverses its own letters, and nothing beside them. */
    @Test
    void aTextCannotReorderItsRow() {
        open(0);
        backend.post("ann", "\u202Eevil \u2067\u202B\u05d0");
        backend.post("bob", "next");

        chromium.await("two", () -> page.messages().size() == 2);
        assertEquals(List.of(true, true), chromium.run("""
            return [...document.querySelectorAll('#messages li')].map((row) => {
              const [user, when, text] = ['.user', '.when', '.text']
                .map((part) => row.querySelector(part).getBoundingClientRect());
              return user.right <= when.left && text.top >= when.bottom;
            });
            """));
    }
}
