package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import coach.Verdict.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(180)
class BoardServerTest {

    private static final Lessons LESSONS = Fixture.lessons(Fixture.SEED);

    @TempDir
    Path root;

    private final HttpClient client = HttpClient.newHttpClient();
    private BoardServer board;
    private Workshop workshop;

    @BeforeEach
    void setUp() {
        Text.write(
                root.resolve("lessons/picture.json"),
                "{\"boxes\": [{\"lesson\": \"seed\", \"name\": \"A\", \"says\": \"\", \"at\": [0, 0]}], \"arrows\": []}");
        board = new BoardServer(root, LESSONS, 0);
        workshop = new Workshop(root, LESSONS);
        board.lesson(workshop, Fixture.SEED);
    }

    @AfterEach
    void close() {
        board.close();
    }

    @Test
    void thePageAllowsOnlyItsOwnFiles() throws Exception {
        var page = get("");

        assertEquals(200, page.statusCode());
        var policy = page.headers().firstValue("content-security-policy").orElse("");
        assertTrue(policy.startsWith("default-src 'none'; script-src 'self'"), policy);
        assertFalse(
                page.body().contains("<style") || page.body().contains("<script>"),
                "nothing stands in the page itself");
        assertEquals(
                "text/javascript; charset=utf-8",
                get("board.js").headers().firstValue("content-type").orElse(""));
        assertEquals(404, get("../pom.xml").statusCode());
        assertTrue(get("picture.svg").body().startsWith("<svg "));
    }

    @Test
    void aVerdictIsShownWithItsCauseAndFigures() throws Exception {
        var red = new Verdict.Test(
                "isRed",
                Outcome.RED,
                "one ==> expected: <1> but was: <2>",
                "It forgets.",
                Map.of("delivered", "1/2"),
                7);
        var green = new Verdict.Test("isGreen", Outcome.GREEN, "", "", Map.of(), 5);

        board.verdict(workshop, Fixture.SEED, new Verdict(Fixture.SEED, List.of(red, green), 12), List.of(), "0.4 s");

        var state = state();
        assertEquals("red: 1 green, 1 red", state.path("title").asString());
        assertEquals("red", state.path("verdict").path("colour").asString());
        var first = state.path("verdict").path("tests").path(0);
        assertEquals("one: expected 1, but it was 2", first.path("message").asString());
        assertEquals("It forgets.", first.path("cause").asString());
        assertEquals(
                "1/2", state.path("verdict").path("figures").path("delivered").asString());
    }

    @Test
    void theKitsOwnStreamTellsThatSomethingHasChanged() throws Exception {
        var request = HttpRequest.newBuilder(URI.create(board.url() + "feed/messages"))
                .header("accept", "text/event-stream")
                .build();
        try (var lines = new BufferedReader(new InputStreamReader(
                client.send(request, BodyHandlers.ofInputStream()).body(), StandardCharsets.UTF_8))) {
            await(lines, "event: start");

            board.judging(Fixture.SEED);

            await(lines, "data: {\"type\":\"message\"");
            assertEquals("judging …", state().path("title").asString());
        }
    }

    @Test
    void framesComeWhenTheTrialHasEnded() throws Exception {
        board.ended(width -> List.of("frame in " + width + " columns"));

        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20); System.nanoTime() < end; ) {
            if (state().path("frames").path(0).asString("").equals("frame in 80 columns")) {
                return;
            }
        }
        assertEquals("[\"frame in 80 columns\"]", state().path("frames").toString());
    }

    @Test
    void anotherNameForThisMachineIsRefusedAndSoIsAPost() throws Exception {
        assertTrue(raw("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
                .startsWith("HTTP/1.1 421 "));
        assertEquals(
                "HTTP/1.1 405 Method Not Allowed",
                raw(
                        "POST /feed/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    }

    private static void await(BufferedReader lines, String line) throws IOException {
        for (var next = lines.readLine(); next == null || !next.startsWith(line); next = lines.readLine()) {
            assertTrue(next != null, "the stream ended before " + line);
        }
    }

    private String raw(String request) throws IOException {
        var url = URI.create(board.url());
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            new PrintStream(socket.getOutputStream(), true, StandardCharsets.US_ASCII).print(request);
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    private JsonNode state() throws Exception {
        return JsonMapper.shared().readTree(get("state").body());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(board.url() + path)).build(), BodyHandlers.ofString());
    }
}
