package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;

/** A page that may read but not send, in a real Chromium: it says so, why, and what to do, and keeps the typed text. */
@Tag("browser")
@Timeout(300)
class BrowserBarredTest {

    /** Answers each POST with the status in {@code window.answer}, in a form that is not ours, as a proxy does. */
    private static final String REFUSE = """
        const real = fetch;
        window.answer = arguments[0];
        window.fetch = async (url, options) => options.method === 'POST' && window.answer !== 201
          ? new Response('<html>No.</html>', { status: window.answer }) : real(url, options);
        """;

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Backend backend = new Backend();

    /** Behind a front that speaks plain HTTP, browsers do not say that a page is the server's own. */
    @Test
    @LikelyCause("The page blames the message, under its field, for what no message can mend.")
    void behindAPlainHttpFrontThePageSaysThatItCannotSendAndWhatWouldHelp() {
        try (var front = FaultyProxy.plain(backend.relay().port())) {
            var origin = "http://push.example:" + front.port();
            var page = ChatPage.open(chromium, origin + "/");
            page.name("ann");
            page.say("hello");

            chromium.await("a note", () -> !page.text("barred").isEmpty());
            var note = page.text("barred");
            assertTrue(note.startsWith("You can read here, but not send: "), note);
            assertTrue(note.contains("from pages at " + origin + "."), note);
            assertTrue(note.contains("Set PUSH_ORIGINS=" + origin), note);
            assertEquals("", page.text("text-says"));
            assertNull(chromium.driver().findElement(By.id("text")).getDomAttribute("aria-invalid"));
            assertEquals("hello", page.field("text"));
            assertEquals(0, page.count("#pending li"));
            assertEquals("No messages yet. Yours may be the first.", page.text("empty"));
            backend.post("bob", "it reads");
            page.awaitMessages("bob: it reads");
            page.awaitLive();
            page.assertInnocent();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 405})
    void whatAProxyRefusesIsNotTheMessagesFaultAndTheNoteGoesWhenOneIsTaken(int status) {
        var page = ChatPage.open(chromium, backend.url("/"));
        chromium.run(REFUSE, status);
        page.name("ann");
        page.say("hello");

        chromium.await("a note", () -> page.text("barred").contains("(status " + status + ")"));
        assertEquals("", page.text("text-says"));
        chromium.run("window.answer = 201");
        page.say("");

        page.awaitMessages("ann: hello");
        chromium.await("no note", () -> page.text("barred").isEmpty());
    }

    @Test
    void aMessageThatIsAtFaultIsStillBlamedUnderItsField() {
        var page = ChatPage.open(chromium, backend.url("/"));
        chromium.run(REFUSE, 413);
        page.name("ann");
        page.say("hello");

        chromium.await("a fault", () -> page.text("text-says").contains("(status 413)"));
        assertEquals("", page.text("barred"));
    }
}
