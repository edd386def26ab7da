package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A page that is cut off before its first message comes back with the position in {@code start}. */
@Tag("browser")
final class BrowserStartTest {

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @Test
    void pageThatWasCutBeforeTheFirstMessageMissesNone() {
        var backend = new Backend();
        try {
            var page = ChatPage.open(chromium, backend.url("/"));

            backend.relay().refuse();
            backend.relay().reset();
            page.awaitStatus("🔴 ");
            List<String> expected =
                    IntStream.range(0, 60).mapToObj(i -> "bob: m" + i).toList();
            for (int i = 0; i < 60; i++) {
                backend.post("bob", "m" + i);
            }
            backend.relay().pass();

            page.awaitLive();
            page.awaitMessages(expected.toArray(String[]::new));
            assertEquals(0, page.count("#messages .note"), "nothing is void");
            page.assertInnocent();
        } finally {
            backend.close();
        }
    }
}
