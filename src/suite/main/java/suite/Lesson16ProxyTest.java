package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages that may read and post behind a proxy that rewrites Host (RFC 6454; Fetch Metadata, 2). */
@Lesson(id = "16", slug = "door", title = "The door")
@Proves("refuse.origin")
final class Lesson16ProxyTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @ParameterizedTest
    @ValueSource(strings = {"https://push.example", "http://localhost:8080", "https://x-8443.preview.example"})
    void aPageBehindAProxyThatReplacesHostMayReadAndPost(String page) {
        because(
                "What a proxy has made of Host decides, though the browser has said that the page is this server's own:"
                        + " Sec-Fetch-Site: same-origin.",
                () -> {
                    int posted = post("origin", page, "sec-fetch-site", "same-origin");
                    int read = read("origin", page, "sec-fetch-site", "same-origin");

                    assertEquals(201, posted, "the status of a POST from the server's own page, " + page);
                    assertEquals(200, read, "the status of a GET from the server's own page, " + page);
                });
    }

    @ParameterizedTest(name = "{0} asks {1}")
    @CsvSource({
        "https://push.example, push.example:443",
        "https://push.example:443, push.example",
        "HTTPS://Push.EXAMPLE, push.example",
        "https://push.example:8443, push.example:8443",
        "https://[::1]:8443, [::1]:8443"
    })
    void anOriginIsKnownInEverySpelling(String origin, String host) {
        because(
                "Origins are compared as strings, and not as a scheme, a host (of IPv6 in brackets) and a port, 443 for https.",
                () -> assertEquals(
                        201,
                        post("origin", origin, "host", host),
                        "the status of a POST from " + origin + " to " + host));
    }

    @ParameterizedTest(name = "{0} asks {1}")
    @CsvSource({
        "https://push.example, push.example:444",
        "http://push.example, push.example",
        "http://push.example:443, push.example",
        "https://push.example.evil.example, push.example",
        "https://evilpush.example, push.example",
        "https://push.example/https://evil.example, push.example",
        "evil+https://push.example, push.example",
        "https://evil.example, push.example",
        "https://ann@push.example, push.example",
        "push.example, push.example",
        "null, null"
    })
    void anotherOriginIsRefused(String origin, String host) {
        because(
                "Some part of an origin is not compared: its scheme, the beginning or end of its host, or its port.",
                () -> assertEquals(
                        403,
                        post("origin", origin, "host", host),
                        "the status of a POST from " + origin + " to " + host));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void aBrowserThatSaysOtherwiseIsBelievedToo(String site) {
        var own = "https://localhost:" + server.port(); // As a proxy may have rewritten it.

        because(
                "Sec-Fetch-Site is looked at where it says yes, and not where it says no: an image or a form of another"
                        + " site may come without an Origin.",
                () -> {
                    assertEquals(403, post("origin", own, "sec-fetch-site", site), "a POST from " + site);
                    assertEquals(403, read("sec-fetch-site", site, "sec-fetch-mode", "no-cors"), "an image " + site);
                });
    }

    @Test
    void aRefusalNamesWhatWasCompared() {
        var request =
                server.at("/messages").header("origin", "https://push.example").header("host", "10.0.0.7:8443");

        var problem = server.request(request.post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"hi\"}")))
                .problem(403, "a page of https://push.example behind a proxy");

        var detail = problem.path("detail").asString("");
        because(
                "Whoever sets up the proxy reads this sentence, and it does not say what the server has seen.",
                () -> assertTrue(
                        detail.contains("push.example") && detail.contains("10.0.0.7:8443"),
                        "a refusal must name both origins, but it says: " + detail));
    }

    @Test
    void whatIsNoPageIsServed() {
        because("curl sends neither Origin nor Sec-Fetch-Site, and no browser can be made to send neither.", () -> {
            assertEquals(201, post(), "the status of a POST without Origin");
            assertEquals(200, read("sec-fetch-site", "none"), "the status of a GET that a person has typed");
        });
    }

    private static int post(String... headers) {
        var request = server.at("/messages").post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"hi\"}"));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return server.request(request).status();
    }

    private static int read(String... headers) {
        var request = server.at("/messages").header("accept", Format.NDJSON.mediaType);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        var stream = Recorder.open(server.client(), request.build(), Format.NDJSON);
        try {
            return stream.status();
        } finally {
            stream.cancel();
        }
    }
}
