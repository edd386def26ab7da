package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The browser's own EventSource reads /messages, in a real Chromium. */
@Tag("browser")
@Timeout(300)
class BrowserEventSourceTest {

    private static final String OPEN = """
            window.events = [];
            window.source = new EventSource('/messages');
            const note = (words) => events.push(words);
            source.onopen = () => note('open');
            source.onerror = () => note('error');
            source.onmessage = ({ data, lastEventId }) => {
              const { type, id, text } = JSON.parse(data);
              note(`${type} ${text} ${id === lastEventId ? 'with its id' : lastEventId}`);
            };
            source.addEventListener('start', ({ data }) => {
              const { resumed, reason } = JSON.parse(data);
              note(`start ${resumed} ${reason}`);
            });
            for (const name of ['heartbeat', 'bye']) {
              source.addEventListener(name, ({ data, lastEventId }) => {
                const { type, id, reason } = JSON.parse(data);
                note(`${type} ${reason ?? (id === lastEventId ? 'with the last id' : id)}`);
              });
            }
            """;

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Backend backend = new Backend();

    @BeforeEach
    void open() {
        backend.post("ann", "before");
        chromium.driver().get(backend.url("/healthz"));
        chromium.run(OPEN);
        awaitEvent("message before with its id");
    }

    private static List<String> events() {
        return chromium.run("return events");
    }

    private static void awaitEvent(String event) {
        chromium.await("the event " + event, () -> events().contains(event));
    }

    @Test
    void messagesComeWithTheirIdsAndTheRestByName() {
        backend.post("ann", "line\nbreak \u2028 and <b>");
        awaitEvent("heartbeat with the last id");

        assertEquals(
                List.of(
                        "open",
                        "start false new",
                        "message before with its id",
                        "message line\nbreak \u2028 and <b> with its id",
                        "heartbeat with the last id"),
                events().subList(0, 5));
    }

    @Test
    void itComesBackByItselfAndGoesOnWhereItWasCut() {
        backend.relay().refuse();
        backend.relay().reset();
        awaitEvent("error");
        backend.post("ann", "meanwhile");
        backend.relay().pass();

        awaitEvent("message meanwhile with its id");
        var events = events();
        int again = events.lastIndexOf("start true undefined");
        assertEquals("message meanwhile with its id", events.get(again + 1));
        assertEquals(
                1,
                events.stream()
                        .filter(each -> each.startsWith("message before"))
                        .count());
    }

    @Test
    void afterAByeItComesBackAndHandsInItsLastId() {
        backend.drain();
        awaitEvent("bye drain");
        backend.startAgain();
        backend.post("ann", "anew");

        awaitEvent("message anew with its id");
        // The new server recognized from the id that it is not from its own log.
        assertTrue(events().contains("start false epoch"), () -> events().toString());
    }
}
