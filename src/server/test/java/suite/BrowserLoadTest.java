package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The page's cost of many messages, in a real Chromium, counted in layouts and rows and never in time: a busy machine
 * must not fail a test.
 */
@Tag("browser")
@Timeout(300)
class BrowserLoadTest {

    private static final int KEPT = 2_000;

    /** Gives the page our own stream: {@code give(count)} sends this many messages, each in a separate chunk. */
    private static final String STREAM = """
        const real = fetch;
        window.fetch = async (url, options) => {
          if (options?.method === 'POST' || !String(url).startsWith('messages')) return real(url, options);
          let body;
          const stream = new ReadableStream({ start: (controller) => (body = controller) });
          const put = (record) => body.enqueue(new TextEncoder().encode(`${JSON.stringify(record)}\\n`));
          options.signal.addEventListener('abort', () => body.error(options.signal.reason));
          put({ type: 'start', resumed: false, reason: 'epoch', heartbeatMs: 600000 });
          let sequence = 1_000_000;
          window.give = (count) => {
            for (let i = 0; i < count; i += 1) {
              sequence += 1;
              const user = `user ${Math.floor(sequence / 3) % 5}`;
              put({ type: 'message', id: `E-${sequence}`, user, text: `message ${sequence}`, time: Date.now() });
            }
          };
          return new Response(stream);
        };
        dispatchEvent(new Event('offline'));
        """;

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    private static ChatPage open(Backend backend) {
        var page = ChatPage.open(chromium, backend.url("/"));
        chromium.run(STREAM);
        chromium.await("the stream of our own", () -> chromium.run("return window.give !== undefined"));
        page.awaitLive();
        return page;
    }

    private static long layouts() {
        var metrics = chromium.driver().executeCdpCommand("Performance.getMetrics", Map.of());
        for (var metric : (List<?>) metrics.get("metrics")) {
            if (metric instanceof Map<?, ?> map && "LayoutCount".equals(map.get("name"))) {
                return ((Number) map.get("value")).longValue();
            }
        }
        throw new AssertionError("Chromium counts no layouts: " + metrics);
    }

    @Test
    void aBurstCostsAsManyLayoutsAsItTakesFramesAndNotAsManyAsItHasMessages() {
        try (var backend = new Backend()) {
            chromium.driver().executeCdpCommand("Performance.enable", Map.of());
            var page = open(backend);
            chromium.run("give(arguments[0])", KEPT);
            chromium.await("a full list", () -> page.count("#messages li") == KEPT);
            long before = layouts();

            chromium.run("give(1000)");

            chromium.await(
                    "the last of them",
                    () -> chromium.run(
                            "return [...document.querySelectorAll('#messages .text')].at(-1).textContent === 'message"
                                    + " 1003000'"));
            long cost = layouts() - before;
            assertTrue(cost < 200, cost + " layouts for 1000 messages");
            assertEquals(KEPT, page.count("#messages li"));
        }
    }

    /** Drawn in one frame, two thousand rows would be one long task when a person returns to the tab. */
    @Test
    void aFrameDrawsNoMoreThanSixtyRows() {
        try (var backend = new Backend()) {
            var page = open(backend);
            chromium.run("""
                window.most = 0;
                new MutationObserver((changes) => {
                  window.most = Math.max(window.most, changes.reduce((sum, each) => sum + each.addedNodes.length, 0));
                }).observe(document.querySelector('#messages ol:last-of-type'), { childList: true });
                give(1500);
                """);

            chromium.await("all of them", () -> page.count("#messages li") == 1_500);
            long most = chromium.run("return window.most");
            assertTrue(most <= 60, "rows drawn together: " + most);
        }
    }

    @Test
    @LikelyCause("Each message of a burst rewrites the count of those below the view.")
    void aBurstBelowTheViewIsCountedOnceAFrame() {
        try (var backend = new Backend()) {
            var page = open(backend);
            chromium.run("give(200)");
            chromium.await("a list to scroll in", () -> page.count("#messages li") == 200);
            chromium.runAsync("""
                await new Promise((done) => setTimeout(done, 1_100)); // What comes now is news.
                const log = document.getElementById('log');
                const moved = new Promise((done) => log.addEventListener('scroll', done, { once: true }));
                log.scrollTop = -2_000;
                await moved;
                window.writes = 0;
                new MutationObserver((changes) => (window.writes += changes.length))
                  .observe(document.getElementById('newer'), { childList: true });
                give(1_000);
                """);

            chromium.await("the count", () -> page.text("newer").equals("↓ 1,000 new"));
            chromium.await("all of them", () -> page.count("#messages li") == 1_200);
            long writes = chromium.run("return window.writes");
            assertTrue(writes <= 100, "times that the count was written: " + writes);
        }
    }

    @Test
    @LikelyCause("Messages that wait for a frame are trimmed as if the user read the newest ones, which leaves a gap.")
    void aBurstLeavesNoGapBelowTheView() {
        try (var backend = new Backend()) {
            var page = open(backend);
            chromium.run("give(200)");
            chromium.await("a list to scroll in", () -> page.count("#messages li") == 200);
            chromium.runAsync("""
                const log = document.getElementById('log');
                const moved = new Promise((done) => log.addEventListener('scroll', done, { once: true }));
                log.scrollTop = -2_000;
                await moved;
                give(2_300);
                """);

            chromium.await("all of them", () -> page.count("#messages li") == 2_500);
        }
    }

    @Test
    void theStripDrawsNothingWhileItIsClosed() {
        try (var backend = new Backend()) {
            var page = open(backend);
            chromium.run("give(100)");
            chromium.await("a hundred", () -> page.count("#messages li") == 100);

            assertEquals(0, page.count("#rows tr"));
            chromium.run("document.getElementById('toggle').click()");
            chromium.await("what was kept for it", () -> page.count("#rows tr") >= 100);
        }
    }

    @Test
    @LikelyCause(
            "A property that every row inherits changes with the state, so the browser styles thousands of rows again.")
    void theStateOfTheConnectionChangesNoStyleOfTheList() {
        try (var backend = new Backend()) {
            ChatPage.open(chromium, backend.url("/")).awaitLive();

            List<String> inherited = chromium.run("""
                const names = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
                  .flatMap((rule) => [...(rule.style ?? [])]).filter((name) => name.startsWith('--'));
                const styles = (state) => {
                  document.body.dataset.state = state;
                  const list = getComputedStyle(document.getElementById('messages'));
                  return [...new Set(names)].map((name) => `${name}: ${list.getPropertyValue(name)}`);
                };
                const live = styles('live');
                return styles('waiting').filter((each) => !live.includes(each)).concat(live.length > 5 ? [] : 'no names');
                """);

            assertEquals(List.of(), inherited);
        }
    }

    /** A {@code :has()} that looks into the list is evaluated again for the whole page at every row. */
    @Test
    void noRuleOfTheStyleLooksIntoTheList() {
        try (var backend = new Backend()) {
            ChatPage.open(chromium, backend.url("/"));

            assertEquals(List.of(), chromium.run("""
                const rules = (sheet) => [...sheet.cssRules].flatMap((rule) => [rule, ...(rule.cssRules ? rules(rule) : [])]);
                return [...document.styleSheets].flatMap(rules).map((rule) => rule.selectorText)
                  .filter((selector) => selector?.includes(':has('));
                """));
        }
    }
}
