package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebDriver;

/**
 * The chat page in one window of the browser, as a user sees it.
 *
 * <p><b>Threads:</b> confined to the thread of its tests.
 */
final class ChatPage {

    /** Runs before the page's own scripts: notes each state of the light, and the effects of a successful injection. */
    private static final String WITNESS = """
            if (!window.witness) {
              window.witness = { states: [], lights: [], crimes: [] };
              addEventListener('securitypolicyviolation', (event) => witness.crimes.push(`csp: ${event.violatedDirective}`));
              addEventListener('error', (event) => witness.crimes.push(`error: ${event.message}`));
              addEventListener('unhandledrejection', (event) => witness.crimes.push(`rejection: ${event.reason}`));
              for (const name of ['alert', 'confirm', 'prompt', 'open']) window[name] = () => witness.crimes.push(name);
              new MutationObserver(() => {
                const name = document.body.dataset.state;
                const light = document.getElementById('light').textContent;
                witness.states.push({ name, light, why: document.getElementById('why').textContent, at: Date.now() });
              }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-state'] });
              new MutationObserver(() => {
                const [light] = document.getElementById('status')?.textContent.trim() ?? '';
                if (light && light !== witness.lights.at(-1)) witness.lights.push(light);
              }).observe(document, { subtree: true, childList: true, characterData: true });
            }
            """;

    private final Chromium chromium;
    private final String window;

    private ChatPage(Chromium chromium) {
        this.chromium = chromium;
        window = chromium.driver().getWindowHandle();
    }

    /** Opens the page in the current window and waits until it is live. */
    static ChatPage open(Chromium chromium, String url) {
        var page = new ChatPage(chromium);
        chromium.driver().executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", WITNESS));
        chromium.driver().get(url);
        page.awaitLive();
        return page;
    }

    void name(String user) {
        var field = driver().findElement(By.id("user"));
        field.clear();
        field.sendKeys(user);
    }

    /** Types into the message field. */
    void type(CharSequence... keys) {
        driver().findElement(By.id("text")).sendKeys(keys);
    }

    void say(String text) {
        type(text, Keys.ENTER);
    }

    /** Puts a text into a field that no keyboard can type, such as an emoji or a control character. */
    void paste(String field, String text) {
        driver();
        chromium.run("document.getElementById(arguments[0]).value = arguments[1]", field, text);
    }

    /** Returns the content of a field. */
    String field(String id) {
        return driver().findElement(By.id(id)).getDomProperty("value");
    }

    String text(String id) {
        return driver().findElement(By.id(id)).getText();
    }

    /** Returns the messages of the list, each as {@code name: text}, without those of an earlier log. */
    List<String> messages() {
        driver();
        return chromium.run("""
                return [...document.querySelectorAll('#messages li:not(.note, .past li)')]
                  .map((row) => `${row.querySelector('.user').textContent}: ${row.querySelector('.text').textContent}`);
                """);
    }

    void awaitMessages(String... expected) {
        var all = List.of(expected);
        chromium.await(all + " in the list", () -> messages().equals(all));
    }

    /** Waits until no message is still being sent. */
    void awaitNothingPending() {
        driver();
        chromium.await("nothing pending", () -> count("#pending li") == 0);
    }

    long count(String selector) {
        driver();
        return chromium.run("return document.querySelectorAll(arguments[0]).length", selector);
    }

    /** Returns the status line: light, word or reason, and seconds. */
    String status() {
        return text("status").replaceAll("\\s+", " ");
    }

    void awaitLive() {
        awaitStatus("🟢 live");
    }

    void awaitStatus(String beginning) {
        chromium.await("the status " + beginning, () -> status().startsWith(beginning));
    }

    /** Returns each state of the light since the page opened: {@code name}, {@code light}, {@code why}, {@code at}. */
    List<Map<String, Object>> states() {
        driver();
        return chromium.run("return witness.states");
    }

    /** Returns the lights that began the status line since the page was opened, in order. */
    List<String> lights() {
        driver();
        return chromium.run("return witness.lights");
    }

    /** Returns the effects of an injection that have occurred, and the page's own rules that it has broken. */
    List<String> crimes() {
        driver();
        return chromium.run("return witness.crimes");
    }

    void assertInnocent() {
        assertEquals(List.of(), crimes());
    }

    private WebDriver driver() {
        return chromium.driver().switchTo().window(window);
    }
}
