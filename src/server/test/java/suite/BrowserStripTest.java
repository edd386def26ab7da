package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;

/** The page's strip of bytes off the wire, in a real Chromium. */
@Tag("browser")
@Timeout(300)
class BrowserStripTest {

    /** Gives an answer of our own, cut as we like, with these first chunks; going offline makes the page ask for it. */
    private static final String CHUNKS = """
                const real = fetch;
                const heartbeat = '{"type":"heartbeat","id":"E-1"}\\n';
                const chunks = [
                  '{"type":"start","resumed":false,"reason":"new","heartbeatMs":1000}\\n{"type":"message","id"',
                  ':"E-1","user":"ann",',
                  `"text":"cut","time":1}\\n${heartbeat}`,
                  heartbeat.repeat(20),
                  ...Array(200).fill(heartbeat),
                  'oops\\n',
                ].slice(0, arguments[0]);
                window.fetch = async (url, { signal }) => {
                  window.fetch = real;
                  let body;
                  const stream = new ReadableStream({ start: (controller) => (body = controller) });
                  chunks.forEach((chunk) => body.enqueue(new TextEncoder().encode(chunk)));
                  signal.addEventListener('abort', () => body.error(signal.reason));
                  return new Response(stream);
                };
                document.getElementById('rows').replaceChildren();
                dispatchEvent(new Event('offline'));
                """;

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @Test
    void itShowsThatChunksAreNotMessagesAndOnlyTheLastOfThem() {
        try (var backend = new Backend()) {
            var page = ChatPage.open(chromium, backend.url("/"));
            var toggle = chromium.driver().findElement(By.id("toggle"));
            assertEquals("What came off the wire", toggle.getAccessibleName());
            toggle.click();

            chromium.run(CHUNKS, 4);
            page.awaitMessages("ann: cut");

            chromium.await("four chunks", () -> page.count("#rows tr:not(.note)") == 4);
            assertEquals(
                    List.of(
                            "89 | start | start of a record …",
                            "20 | … more of a record …",
                            "55 | … rest of | message 1 | heartbeat 1",
                            "640" + " | heartbeat 1".repeat(12) + " | and 8 more"),
                    chromium.run("""
                return [...document.querySelectorAll('#rows tr:not(.note)')].map((row) =>
                  [row.cells[1], ...row.cells[2].children].map((each) => each.textContent.trim()).join(' | '));
                """));

            assertEquals(true, chromium.run("""
                            const [note, table] = ['#rows .note td', '#rows'].map((each) => document.querySelector(each));
                            return Math.abs(note.getBoundingClientRect().width - table.getBoundingClientRect().width) < 2;
                            """), "a note goes across the whole table");

            chromium.run(CHUNKS, 300);
            chromium.await("the end, with its reason", () -> page.text("rows").contains("Unexpected token"));
            assertEquals(200, page.count("#rows tr"));
        }
    }
}
