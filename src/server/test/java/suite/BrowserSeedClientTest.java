package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The original client's two forms, in its two dialects, work unchanged with the server, in a real Chromium. */
@Tag("browser")
@Timeout(300)
class BrowserSeedClientTest {

    private static final String START = """
            window.client = { lists: [], lights: [], ended: false, error: null };
            const show = (list) => client.lists.push(list.map(({ user, text, time }) => `${user}: ${text} ${typeof time}`));
            follow(arguments[0], arguments[1], show, (light) => client.lights.push(light))
              .catch((error) => (client.error = `${error}`))
              .finally(() => (client.ended = true));
            """;

    private static final String POST = """
            const [path, text] = arguments;
            const headers = { 'Content-Type': 'application/json' };
            const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify({ user: 'ann', text }) });
            return response.ok;
            """;

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @RegisterExtension
    final Backend backend = new Backend();

    @ParameterizedTest
    @CsvSource({
        "chunks.js, /messages, messages",
        "chunks.js, /msgs, msg",
        "generator.js, /messages, messages",
        "generator.js, /msgs, msg"
    })
    void itWorksUnchanged(String file, String path, String key) {
        backend.post("bob", "before");
        chromium.driver().get(backend.url("/healthz"));
        chromium.run(source(file) + START, path, key);
        awaitList("bob: before number");

        // One after the other: a client that takes a chunk for a document cannot handle a burst.
        assertEquals(true, chromium.runAsync(POST, path, "one"));
        awaitList("ann: one number", "bob: before number");
        assertEquals(true, chromium.runAsync(POST, path, "zwei 漢😀"));
        awaitList("ann: zwei 漢😀 number", "ann: one number", "bob: before number");
        // Its light does not turn red at a heartbeat, because that is another snapshot.
        long snapshots = chromium.run("return client.lists.length");
        chromium.await("a heartbeat", () -> chromium.<Long>run("return client.lists.length") > snapshots);
        awaitList("ann: zwei 漢😀 number", "ann: one number", "bob: before number");
        assertEquals(false, chromium.run("return client.ended"));

        backend.drain();
        chromium.await("the end", () -> chromium.run("return client.ended"));
        assertEquals(true, chromium.run("return client.error === null"));
        if (file.equals("generator.js")) {
            assertEquals(List.of("🟢", "🔴"), chromium.run("return client.lights"));
        }
    }

    private static void awaitList(String... expected) {
        chromium.await(
                List.of(expected) + " as the newest snapshot",
                () -> List.of(expected).equals(chromium.run("return client.lists.at(-1) ?? null")));
    }

    private static String source(String file) {
        try (var in = BrowserSeedClientTest.class.getResourceAsStream("/seed-client/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }
}
