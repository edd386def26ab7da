package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pages that may read and post, behind any proxy, and the answers to those that may not.
 *
 * <p><b>Length:</b> the valid and the invalid origins are two long tables.
 */
final class OriginsTest {

    private static final String ALLOWED = "https://chat.example";

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.with("PUSH_ORIGINS", ALLOWED + ", http://[2001:DB8::1]:8080", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer full = JudgedServer.with(
            "PUSH_ORIGINS", ALLOWED, "PUSH_POST_BURST", "1", "PUSH_POSTS_PER_SECOND", "1", "PUSH_MAX_STREAMS", "1");

    @RegisterExtension
    static final JudgedServer proxied = JudgedServer.with("PUSH_TRUSTED_PROXIES", "127.0.0.0/8, ::1");

    @RegisterExtension
    static final JudgedServer standard =
            JudgedServer.with("PUSH_TRUSTED_PROXIES", "127.0.0.1,::1", "PUSH_FORWARDED_HEADER", "forwarded");

    @LikelyCause("Origins are compared as strings, and not as scheme, host and port (RFC 6454).")
    @ParameterizedTest(name = "{0} asks {1}")
    @CsvSource({
        "https://push.example, push.example:443",
        "https://push.example:443, push.example",
        "https://push.example, push.example",
        "HTTPS://Push.EXAMPLE, pUSH.example:443",
        "https://push.example:8443, push.example:8443",
        "https://[::1], [0:0:0:0:0:0:0:1]:443",
        "https://[2001:db8::a]:8443, [2001:DB8:0::A]:8443",
        "https://127.0.0.1, 127.0.0.1:443"
    })
    void sameOriginIsKnownInEverySpelling(String origin, String host) {
        assertEquals(201, post(server, "origin", origin, "host", host).status());
        assertEquals(200, read(server, "origin", origin, "host", host).status());
    }

    @ParameterizedTest(name = "{0} asks {1}")
    @CsvSource({
        "https://push.example, push.example:444",
        "https://push.example:80, push.example",
        "http://push.example, push.example",
        "http://push.example:443, push.example:443",
        "https://push.example., push.example",
        "https://push.example.evil, push.example",
        "https://[::1], [::2]",
        "https://push.example/, push.example",
        "https://push.example#, push.example",
        "https://ann@push.example, push.example",
        "https://push.example:99999, push.example",
        "push.example, push.example",
        "null, null"
    })
    void otherOriginIsRefused(String origin, String host) {
        post(server, "origin", origin, "host", host).problem(403, origin);
        assertEquals(403, read(server, "origin", origin, "host", host).status());
    }

    @LikelyCause(
            "What a proxy has made of Host decides, though the browser has said that the page is this server's own.")
    @ParameterizedTest
    @ValueSource(strings = {"https://push.example", "http://localhost:8080", "https://x-8443.app.github.dev", "null"})
    void browserThatSaysSameOriginIsBelieved(String origin) {
        assertEquals(
                201,
                post(server, "origin", origin, "sec-fetch-site", "same-origin").status());
        assertEquals(
                200,
                read(server, "origin", origin, "sec-fetch-site", "same-origin").status());
        assertEquals(200, read(server, "sec-fetch-site", "same-origin").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void browserThatSaysOtherwiseIsBelievedToo(String site) {
        var own = "https://localhost:" + server.port(); // As a proxy may rewrite it.
        post(server, "origin", own, "sec-fetch-site", site).problem(403, site);
        assertEquals(
                403,
                read(server, "sec-fetch-site", site, "sec-fetch-mode", "no-cors")
                        .status(),
                "an image, say");
        assertEquals(
                200,
                read(server, "sec-fetch-site", site, "sec-fetch-mode", "navigate")
                        .status(),
                "a link");
        assertEquals(200, read(server, "sec-fetch-site", "none").status());
        assertEquals(
                201, post(server, "origin", ALLOWED, "sec-fetch-site", site).status());
    }

    @LikelyCause("The refusal names neither what was compared nor what to do.")
    @ParameterizedTest(name = "{0} asks {1}")
    @CsvSource({
        "https://push.example, 127.0.0.1:8443, nginx: proxy_set_header Host $http_host;",
        "https://push.example:9443, push.example, dropped the port",
        "http://push.example, push.example, plain http",
        "http://push.example:8080, 127.0.0.1:8443, plain http"
    })
    void refusalNamesBothValuesTheCauseAndTheSetting(String origin, String host, String cause) {
        var detail = post(server, "origin", origin, "host", host)
                .problem(403, origin)
                .path("detail")
                .asString("");

        for (var part : List.of(origin, "https://" + host, cause, "PUSH_ORIGINS=" + origin)) {
            assertTrue(detail.contains(part), () -> part + " is not in: " + detail);
        }
    }

    @Test
    void refusalOfALongOriginIsShort() {
        var detail = post(server, "origin", "https://" + "a.".repeat(120) + "x".repeat(4_000))
                .body();

        assertTrue(detail.length() < 1_000, detail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://chat.example", "https://CHAT.example:443", "http://[2001:db8:0::1]:8080"})
    void allowedOriginReadsAndPostsByCors(String origin) {
        var posted = post(server, "origin", origin);
        var stream = read(server, "origin", origin);

        assertEquals(201, posted.status(), posted.toString());
        for (var headers : List.of(posted.headers(), stream.headers())) {
            assertEquals(origin, headers.get("access-control-allow-origin"));
            assertTrue(headers.values("vary").stream().anyMatch(line -> line.contains("origin")), headers.toString());
            assertTrue(
                    String.valueOf(headers.get("access-control-expose-headers")).contains("location"));
            assertTrue(
                    String.valueOf(headers.get("access-control-expose-headers")).contains("retry-after"));
            assertEquals(null, headers.get("access-control-allow-credentials"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/messages, content-type",
        "/messages, 'content-type,idempotency-key,last-event-id'",
        "/msgs, last-event-id",
        "/messages/x-1, accept"
    })
    void preflightIsAnswered(String path, String headers) {
        var answer = server.request(server.at(path)
                .method("OPTIONS", null)
                .header("origin", ALLOWED)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", headers));

        assertEquals(204, answer.status(), answer.toString());
        assertEquals(ALLOWED, answer.header("access-control-allow-origin"));
        var allowed = Set.of(answer.header("access-control-allow-headers").split(", *"));
        assertTrue(allowed.containsAll(Arrays.asList(headers.split(","))), allowed.toString());
        assertTrue(Set.of(answer.header("access-control-allow-methods").split(", *"))
                .containsAll(Set.of("GET", "POST")));
        assertTrue(Integer.parseInt(answer.header("access-control-max-age")) > 0);
    }

    @Test
    void preflightOfAnotherOriginIsRefused() {
        for (var origin :
                List.of("https://evil.example", "null", "https://chat.example.evil.example", "http://chat.example")) {
            var answer = server.request(server.at("/messages")
                    .method("OPTIONS", null)
                    .header("origin", origin)
                    .header("access-control-request-method", "POST"));

            answer.problem(403, "a preflight of " + origin);
            assertEquals("", answer.header("access-control-allow-origin"));
        }
    }

    @LikelyCause("A page of an allowed origin cannot read why it was refused.")
    @Test
    void refusalsCanBeReadToo() {
        post(full, "origin", ALLOWED);
        var held = full.open(full.client(), full.at("/messages").header("origin", ALLOWED), Format.NDJSON);

        var tooFast = post(full, "origin", ALLOWED);
        for (int i = 0; i < 100 && tooFast.status() == 201; i++) { // A second may have gone by.
            tooFast = post(full, "origin", ALLOWED);
        }
        var tooMany = read(full, "origin", ALLOWED);
        var bad = full.request(full.at("/messages/none").header("origin", ALLOWED));
        held.cancel();

        for (var answer : List.of(tooFast.headers(), tooMany.headers(), bad.headers())) {
            assertEquals(ALLOWED, answer.get("access-control-allow-origin"));
        }
        assertEquals(List.of(429, 503, 404), List.of(tooFast.status(), tooMany.status(), bad.status()));
    }

    @LikelyCause(
            "What anybody can write into X-Forwarded-Host is believed, or what a trusted proxy writes there is not.")
    @Test
    void trustedProxyTellsWhatWasAsked() {
        String[] told = {"x-forwarded-for", "192.0.2.1", "x-forwarded-host", "push.example", "x-forwarded-proto", "http"
        };
        String[] elements = {"forwarded", "for=192.0.2.1;host=\"push.example:80\";proto=http"};

        assertEquals(
                201, post(proxied, with(told, "origin", "http://push.example")).status());
        assertEquals(
                403, post(proxied, with(told, "origin", "https://push.example")).status());
        assertEquals(
                403, post(server, with(told, "origin", "http://push.example")).status());
        assertEquals(
                201,
                post(standard, with(elements, "origin", "http://push.example")).status());
        assertEquals(
                403, post(standard, with(told, "origin", "http://push.example")).status());
    }

    private static String[] with(String[] fields, String... more) {
        var all = Arrays.copyOf(fields, fields.length + more.length);
        System.arraycopy(more, 0, all, fields.length, more.length);
        return all;
    }

    private static Answer post(JudgedServer target, String... fields) {
        var request = target.at("/messages").post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"hi\"}"));
        for (int i = 0; i < fields.length; i += 2) {
            request.header(fields[i], fields[i + 1]);
        }
        return target.request(request);
    }

    private static Intake.Head read(JudgedServer target, String... fields) {
        var request = target.at("/messages").header("accept", "application/x-ndjson");
        for (int i = 0; i < fields.length; i += 2) {
            request.header(fields[i], fields[i + 1]);
        }
        try (var recorder = Recorder.open(target.client(), request.build(), Format.NDJSON)) {
            return recorder.head();
        }
    }
}
