package suite;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chat page in a real Chromium, through each proxy: it reads and sends, also under a prefix. */
@Tag("proxies")
@Timeout(300)
class ProxyPageTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with();

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
        try (var proxy = Proxy.start(kind, server.port())) {
            assertReadsAndSends(proxy, path);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NGINX, ' ssl http2;', ;",
        "HAPROXY, ' ssl crt /etc/haproxy/push.example.pem alpn h2,http/1.1', ''",
        "CADDY, 'tls /etc/ssl/certs/push.example.crt /etc/ssl/private/push.example.key', ''",
        "APACHE, SSLEngine on, SSLEngine off"
    })
    @LikelyCause("The page's Origin is http, and the server takes itself for https.")
    void itReadsAndSendsOverPlainHttp(ProxyKind kind, String tls, String plain) {
        try (var proxy = Proxy.plain(kind, server.port(), tls, plain)) {
            assertReadsAndSends(proxy, "/");
        }
    }

    @Test
    @LikelyCause("The server is asked for by the proxy's name for it, over HTTP/1.0.")
    void itReadsAndSendsThroughNginxWithNothingButProxyPass() {
        var proxy = Proxy.start(
                ProxyKind.NGINX,
                server.port(),
                "        proxy_http_version 1.1;\n",
                "",
                "        proxy_set_header Host $http_host;\n",
                "",
                "        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n",
                "");
        try (proxy) {
            assertReadsAndSends(proxy, "/");
            assertReadsAndSends(proxy, "/push/");
        }
    }

    @Test
    @LikelyCause(
            "The page says nothing, or blames the message, where the proxy has replaced Host and the browser is silent.")
    void behindAPlainProxyThatReplacesHostItSaysThatItCanOnlyRead() {
        var proxy = Proxy.plain(
                ProxyKind.NGINX, server.port(), " ssl http2;", ";", "        proxy_set_header Host $http_host;\n", "");
        try (proxy) {
            var origin = "http://push.example:" + proxy.port();
            var page = ChatPage.open(chromium, origin + "/");
            page.name("ann");
            page.say("hello");

            chromium.await("a note", () -> page.text("barred").contains("Set PUSH_ORIGINS=" + origin));
            page.awaitLive();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HAPROXY, 'verify none alpn h2,http/1.1', verify none",
        "CADDY, 'transport http {', 'transport http {\n versions 1.1'",
        "APACHE, ProxyPreserveHost on, ProxyPreserveHost off"
    })
    void itReadsAndSendsThroughOtherConfigurations(ProxyKind kind, String text, String instead) {
        try (var proxy = Proxy.start(kind, server.port(), text, instead)) {
            assertReadsAndSends(proxy, "/");
        }
    }

    private static void assertReadsAndSends(Proxy proxy, String path) {
        var page = ChatPage.open(chromium, proxy.url(path));
        page.name("ann");
        page.say("through " + proxy.url(path));
        page.awaitNothingPending();
        chromium.await("the message in the list", () -> page.messages().contains("ann: through " + proxy.url(path)));
        server.post("ben", "to " + proxy.url(path));
        chromium.await("the answer in the list", () -> page.messages().contains("ben: to " + proxy.url(path)));
        page.assertInnocent();
        // A proxy that looks at its client only when it writes to it notices now that the page is gone.
        chromium.driver().get("about:blank");
        server.post("ben", "who is still there?");
    }
}
