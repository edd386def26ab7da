package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page's files: a browser downloads them once, compressed, and then only asks whether they have changed. */
class PageFilesTest {

    private static final List<String> FILES = List.of("/", "/app.js", "/stream.js", "/style.css", "/favicon.svg");

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with();

    /** An answer with its bytes as received: OkHttp decodes a body only if it has asked for gzip by itself. */
    private record Raw(int status, okhttp3.Headers headers, byte[] body) {
        String header(String name) {
            return headers.get(name) == null ? "" : headers.get(name);
        }
    }

    private static Raw send(Request.Builder request) {
        try (Response response = server.client().newCall(request.build()).execute()) {
            return new Raw(response.code(), response.headers(), response.body().bytes());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Raw get(String path, String acceptEncoding) {
        return send(server.at(path).header("accept-encoding", acceptEncoding));
    }

    @Test
    void everyFileHasATagAndIsNotSentAgainToAClientThatHoldsIt() {
        for (var path : FILES) {
            for (var coding : List.of("identity", "gzip")) {
                var first = get(path, coding);
                var tag = first.header("etag");
                assertTrue(tag.matches("\"[\\w-]+\""), path + " has the entity tag " + tag);
                assertEquals("no-cache", first.header("cache-control"), path);

                for (var held : List.of(tag, "W/" + tag, "\"other\", W/\"odd,one\", " + tag, "*")) {
                    var second = send(
                            server.at(path).header("accept-encoding", coding).header("if-none-match", held));

                    assertEquals(304, second.status, path + " for a client that holds " + held);
                    assertEquals(0, second.body.length, path);
                    for (var name : List.of("etag", "cache-control", "vary", "content-security-policy")) {
                        assertEquals(first.header(name), second.header(name), name + " of " + path);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"other\"", "W/\"other\"", "\"\"", "other", "\"**\"", "\"*\"", "", ",,", "\"open"})
    void aClientThatHoldsSomethingElseIsSentTheFile(String held) {
        var answer = send(server.at("/").header("if-none-match", held));

        assertEquals(200, answer.status);
        assertTrue(answer.body.length > 500, "the page has come");
    }

    @Test
    void theTagsOfTwoCodingsDiffer() {
        var plain = get("/app.js", "identity");
        var gzip = get("/app.js", "gzip");

        assertNotEquals(plain.header("etag"), gzip.header("etag"));
        assertEquals(
                200,
                send(server.at("/app.js")
                                .header("accept-encoding", "gzip")
                                .header("if-none-match", plain.header("etag")))
                        .status,
                "the plain file's tag says nothing of the compressed one");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "gzip                        | gzip",
                "x-gzip                      | gzip",
                "GZIP                        | gzip",
                "gzip, deflate, br, zstd     | gzip",
                "br;q=1.0, gzip;q=0.2        | gzip",
                "*                           | gzip",
                "gzip;q=0.5, identity;q=0.5  | gzip",
                "gzip;q=0.2, identity;q=0.9  | none",
                "gzip;q=0                    | none",
                "gzip;q=0.000, *             | none",
                "gzip;q=2                    | none",
                "gzipped                     | none",
                "br                          | none",
                "identity                    | none",
                "''                          | none",
                "*;q=0, gzip                 | gzip",
                "*;q=0, identity             | none"
            })
    void theCodingIsTheOneThatTheClientWants(String accepted, String expected) throws IOException {
        var answer = get("/app.js", accepted);

        assertEquals(200, answer.status);
        assertEquals(expected, answer.headers.get("content-encoding"));
        assertTrue(answer.header("vary").toLowerCase(Locale.ROOT).contains("accept-encoding"), "vary");
        var plain = get("/app.js", "identity").body;
        if (expected == null) {
            assertArrayEquals(plain, answer.body);
        } else {
            var unpacked = new GZIPInputStream(new ByteArrayInputStream(answer.body)).readAllBytes();
            assertEquals(new String(plain, UTF_8), new String(unpacked, UTF_8));
            assertTrue(answer.body.length < plain.length, "compressed, it is smaller");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity;q=0", "*;q=0", "br, *;q=0", "gzip;q=0, identity;q=0"})
    void aClientThatTakesNeitherCodingIsToldSo(String accepted) {
        var answer = server.request(server.at("/app.js").header("accept-encoding", accepted));

        answer.problem(406, "a GET with Accept-Encoding: " + accepted);
    }

    @Test
    void headHasTheFieldsOfGetAndNoBody() {
        var get = get("/", "gzip");
        var head = send(server.at("/").head().header("accept-encoding", "gzip"));

        assertEquals(200, head.status);
        assertEquals(0, head.body.length);
        for (var name :
                List.of("etag", "content-length", "content-encoding", "content-type", "vary", "cache-control")) {
            assertEquals(get.header(name), head.header(name), name);
        }
    }

    @Test
    void aStreamIsNeverCompressed() {
        for (var format : List.of(Format.NDJSON, Format.SSE, Format.SEED)) {
            var stream = server.open(server.client(), server.at("/messages").header("accept-encoding", "gzip"), format);

            assertEquals("", stream.header("content-encoding"));
        }
    }
}
