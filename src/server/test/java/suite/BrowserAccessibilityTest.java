package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** The page in each of its states, checked by axe-core: no violation, in light and dark, on a desktop and a phone. */
@Tag("browser")
@Timeout(300)
class BrowserAccessibilityTest {

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Backend backend = new Backend();

    @AfterEach
    void lookAsUsual() {
        chromium.driver().executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }

    /** Checks the page in four ways without reloading it: its files ask for width and colours only in CSS. */
    private static void assertSound(String state) throws IOException {
        if (!chromium.<Boolean>run("return 'axe' in window")) {
            chromium.driver().executeScript(Files.readString(Npm.file("axe-core/axe.min.js")));
        }
        for (var scheme : List.of("light", "dark")) {
            for (int width : new int[] {1000, 375}) {
                look(scheme, width);
                assertNoViolation(state + ", " + scheme + ", " + width + " wide");
            }
        }
    }

    /** Checks that axe-core finds no violation; a failure lists each with the elements that it blames. */
    private static void assertNoViolation(String state) {
        Map<String, Object> result = chromium.runAsync("""
            // What fades in is judged when it is there.
            await Promise.all(document.getAnimations().map((each) => each.effect.getTiming().iterations === Infinity
              ? each.cancel() : each.finished));
            const { violations, passes } = await axe.run(document, { resultTypes: ['violations'] });
            return {
              passes: passes.length,
              violations: violations.map(({ id, help, nodes }) =>
                `${id}: ${help}: ${nodes.map((node) => `${node.html} (${node.failureSummary})`).join(', ')}`),
            };
            """);

        assertEquals(List.of(), result.get("violations"), state);
        assertTrue((Long) result.get("passes") > 15, "rules that passed: " + result.get("passes"));
    }

    private static void look(String scheme, int width) {
        chromium.driver()
                .executeCdpCommand(
                        "Emulation.setDeviceMetricsOverride",
                        Map.of("width", width, "height", 667, "deviceScaleFactor", 1, "mobile", width < 500));
        chromium.driver()
                .executeCdpCommand(
                        "Emulation.setEmulatedMedia",
                        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    @Test
    void noStateOfThePageHasAViolation() throws IOException {
        var page = ChatPage.open(chromium, backend.url("/"));
        assertSound("empty");

        backend.post("ann", "one");
        backend.post("ann", "two, in the same run");
        backend.post("\u05d3\u05df", "\u05e9\u05dc\u05d5\u05dd");
        page.name("bob");
        page.say("mine");
        page.awaitNothingPending();
        chromium.await("four messages", () -> page.messages().size() == 4);
        assertSound("with messages");

        chromium.driver().findElement(By.id("toggle")).click();
        chromium.await("a heartbeat in the strip", () -> page.text("rows").contains("heartbeat"));
        assertSound("with the strip open");

        page.name("");
        page.type(Keys.ENTER);
        page.paste("user", "\u202Enna");
        page.paste("text", "hi");
        page.type(Keys.ENTER);
        chromium.await("a fault", () -> page.text("user-says").contains("U+202E"));
        page.type(Keys.BACK_SPACE, Keys.BACK_SPACE, Keys.ENTER);
        chromium.await("two faults", () -> !page.text("text-says").isEmpty());
        assertSound("with faults under both fields");

        chromium.run("""
            const real = fetch;
            window.fetch = async (url, options) => {
              if (options.method !== 'POST') return real(url, options);
              window.fetch = real;
              return new Response('', { status: 403 });
            };
            """);
        page.name("bob");
        page.say("barred");
        chromium.await("a note", () -> !page.text("barred").isEmpty());
        assertSound("where it may not send");
        page.paste("text", "");

        backend.stop();
        page.awaitStatus("🔴 The server cannot be reached.");
        page.name("bob");
        page.say("waiting");
        assertSound("with the server gone");

        backend.startAgain();
        backend.post("ann", "after");
        page.awaitLive();
        chromium.await("the past", () -> page.count(".past li") == 4);
        assertSound("after a restart");
    }
}
