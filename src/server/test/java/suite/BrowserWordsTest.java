package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** The page's messages and their places, in a real Chromium: in a person's words, beside the element concerned. */
@Tag("browser")
@Timeout(300)
class BrowserWordsTest {

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Backend backend = new Backend();

    private ChatPage page;

    @BeforeEach
    void openThePage() {
        page = ChatPage.open(chromium, backend.url("/"));
    }

    private static String border(String id) {
        return chromium.driver().findElement(By.id(id)).getCssValue("border-top-color");
    }

    @Test
    void aFaultIsRedAtItsFieldAlsoWhileTheLightIsGreen() {
        page.name("");
        page.type(Keys.ENTER);

        for (var field : new String[] {"user", "text"}) {
            assertEquals("rgba(179, 33, 31, 1)", border(field), "the border of " + field);
            assertEquals("true", chromium.driver().findElement(By.id(field)).getDomAttribute("aria-invalid"));
            assertEquals(true, chromium.run("""
                            const [field, says] = [arguments[0], `${arguments[0]}-says`].map((id) => document.getElementById(id));
                            const [above, below] = [field.getBoundingClientRect(), says.getBoundingClientRect()];
                            return says.textContent !== '' && below.top >= above.bottom && below.top < above.bottom + 20
                              && Math.abs(below.left - above.left) < 2 && field.getAttribute('aria-describedby').includes(says.id);
                            """, field), "the fault of " + field + " is under it");
        }
        page.name("ann");
        assertEquals(null, chromium.driver().findElement(By.id("user")).getDomAttribute("aria-invalid"));
    }

    @Test
    void everyFaultThatTheServerNamesIsSaidUnderTheFieldThatItPointsTo() {
        chromium.run("""
                const real = fetch;
                window.fetch = async (url, options) => {
                  if (options.method !== 'POST') return real(url, options);
                  const errors = [
                    { pointer: '#/user', detail: 'user is too plain: add a feather' },
                    { pointer: '#/text', detail: 'text is rude: be kind' },
                  ];
                  return new Response(JSON.stringify({ detail: 'Both.', errors }), { status: 422 });
                };
                """);
        page.name("ann");
        page.say("hello");

        chromium.await("a fault", () -> !page.text("user-says").isEmpty());
        assertEquals("The name is too plain: add a feather.", page.text("user-says"));
        assertEquals("The message is rude: be kind.", page.text("text-says"));
        assertEquals("hello", page.field("text"));
    }

    @ParameterizedTest
    @CsvSource({
        "one\u000btwo, one\\ntwo",
        "one\u000ctwo, one\\ntwo",
        "ring\u0007, ring",
        "a\u0085b, a\\nb",
        "x\u0000y\u009fz, xyz"
    })
    void whatAPasteFromWordBringsAlongIsSent(String pasted, String expected) {
        page.name("ann");
        page.paste("text", pasted);
        page.type(Keys.ENTER);

        page.awaitMessages("ann: " + expected.replace("\\n", "\n"));
        assertEquals("", page.text("text-says"));
    }

    @Test
    void aServerThatIsGoneIsSaidInWordsAndAButtonTriesNow() {
        backend.stop();

        page.awaitStatus("🔴 The server cannot be reached. Trying again in ");
        assertTrue(page.status().matches(".*in \\d+ s\\."), page.status());
        // A wait of half a minute, as after many attempts.
        chromium.run("Math.random = () => 15");
        backend.relay().refuse();
        chromium.await("a long wait", () -> page.status().matches(".*in \\d\\d s\\."));
        backend.startAgain();
        chromium.driver().findElement(By.id("retry")).click();
        long clicked = System.currentTimeMillis();
        page.awaitLive();

        var connecting = page.states().stream()
                .filter(state -> state.get("name").equals("connecting"))
                .reduce((first, last) -> last)
                .orElseThrow();
        assertTrue((Long) connecting.get("at") < clicked + 8_000, "it has tried at the click");
        assertEquals(false, chromium.driver().findElement(By.id("retry")).isDisplayed());
    }

    @Test
    void aWaitThatTheServerAskedForHasNoButton() {
        backend.drain();

        page.awaitStatus("🔴 The server is restarting. Trying again in ");
        assertEquals(false, chromium.driver().findElement(By.id("retry")).isDisplayed());
    }

    @Test
    void noStateSpeaksAsAProgramDoes() {
        backend.relay().cut();
        chromium.await(
                "red, then green",
                () -> page.states().stream().anyMatch(state -> !state.get("why").equals("")));
        page.awaitLive();
        backend.stop();
        page.awaitStatus("🔴 The server");

        for (var state : page.states()) {
            var why = (String) state.get("why");
            assertTrue(why.isEmpty() || why.matches("[A-Z][a-z ]+\\."), "the page said: " + why);
        }
    }

    /** A suspended device does nothing; afterwards its clock has jumped. The page cannot know its stream's state. */
    @ParameterizedTest
    @CsvSource({"20000", "4000000", "-20000"})
    void theLightIsRedAsSoonAsTheClockHasJumped(long jumpMs) {
        long before = page.states().size();
        chromium.run("const real = Date.now; Date.now = () => real() + arguments[0]", jumpMs);

        chromium.await(
                "red",
                () -> page.states().stream()
                        .skip(before)
                        .anyMatch(state -> state.get("why").equals("This device was asleep.")));
        page.awaitLive();
        page.assertInnocent();
    }
}
