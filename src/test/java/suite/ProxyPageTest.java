package suite;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chat page in a real Chromium, through each proxy: it reads and sends, and so it does under a prefix. */
@Tag("proxies")
@Timeout(60)
class ProxyPageTest {

    @RegisterExtension
    static final Target server = Target.with();

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    @ParameterizedTest
    @CsvSource({
        "NGINX, /",
        "NGINX, /push/",
        "HAPROXY, /",
        "HAPROXY, /push/",
        "CADDY, /",
        "CADDY, /push/",
        "APACHE, /",
        "APACHE, /push/"
    })
    void itReadsAndSends(ProxyKind kind, String path) {
        assertReadsAndSends(kind, path);
    }

    private static void assertReadsAndSends(ProxyKind kind, String path) {
        try (var proxy = Proxy.start(kind, server.port())) {
            var page = ChatPage.open(chromium, proxy.url(path));
            page.name("ann");
            page.say("through " + kind + path);
            page.awaitNothingPending();
            chromium.await("the message in the list", () -> page.messages().contains("ann: through " + kind + path));
            server.post("ben", "to " + kind + path);
            chromium.await("the answer in the list", () -> page.messages().contains("ben: to " + kind + path));
            page.assertInnocent();
        }
    }
}
