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

/** The page on a phone of 375 x 667, in a real Chromium: everything can be read and touched. */
@Tag("browser")
@Timeout(300)
class BrowserPhoneTest {

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    private static void screen(int width, int height) {
        chromium.driver()
                .executeCdpCommand(
                        "Emulation.setDeviceMetricsOverride",
                        Map.of("width", width, "height", height, "deviceScaleFactor", 2, "mobile", true));
    }

    /** Returns the number of whole messages in sight. */
    private static long inSight() {
        return chromium.run("""
            const log = document.getElementById('log').getBoundingClientRect();
            return [...document.querySelectorAll('#messages .text')]
              .map((text) => text.getBoundingClientRect())
              .filter(({ top, bottom }) => top >= log.top && bottom <= log.bottom + 1).length;
            """);
    }

    /** Opens the page with twenty messages and its strip open. */
    private static ChatPage openWithStrip(Backend backend) {
        screen(375, 667);
        var page = ChatPage.open(chromium, backend.url("/"));
        for (int i = 0; i < 20; i++) {
            backend.post("ann", "message " + i);
        }
        chromium.driver().findElement(By.id("toggle")).click();
        chromium.await("the messages", () -> page.messages().size() == 20);
        return page;
    }

    @Test
    void withTheStripOpenThereIsRoomForTheTalkAndEveryTargetSuitsAThumb() {
        try (var backend = new Backend()) {
            var page = openWithStrip(backend);

            assertTrue(inSight() >= 5, "messages in sight: " + inSight());
            chromium.run("document.getElementById('log').scrollTop = -200");
            chromium.await(
                    "scrolled",
                    () -> chromium.<Number>run("return document.getElementById('log').scrollTop")
                                    .intValue()
                            < -100);
            chromium.runAsync("await new Promise((done) => setTimeout(done, 1_100))"); // Later messages are news.
            backend.post("ann", "news");
            chromium.await("a button", () -> !page.text("newer").isEmpty());
            assertEquals(List.of(), chromium.run("""
                return [...document.querySelectorAll('button, input, textarea')]
                  .filter((each) => each.offsetParent !== null)
                  .map((each) => [each.id || each.textContent, each.getBoundingClientRect()])
                  .filter(([, { width, height }]) => width < 44 || height < 44)
                  .map(([name, { width, height }]) => `${name}: ${width} x ${height}`);
                """));
            for (var field : List.of("user", "text")) {
                int width = chromium.driver().findElement(By.id(field)).getSize().width;
                assertTrue(width >= 200, field + " is " + width + " wide");
            }
            assertEquals(
                    List.of(375L, 667L),
                    chromium.run(
                            "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"));
        }
    }

    @Test
    void withAKeyboardOnTheScreenTheNewestMessageAndTheFieldsAreInSight() {
        try (var backend = new Backend()) {
            openWithStrip(backend);

            screen(375, 340);

            chromium.await("three messages in sight", () -> inSight() >= 3);
            assertEquals(
                    true,
                    chromium.run("return document.querySelector('form button').getBoundingClientRect().bottom <="
                            + " innerHeight"));
        }
    }
}
