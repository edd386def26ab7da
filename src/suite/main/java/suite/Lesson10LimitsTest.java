package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every bound of the contract from both sides: the last that is taken, and the first that is refused. */
@Lesson(id = "10", slug = "hostile", title = "Hostile input")
@Proves("post.size")
final class Lesson10LimitsTest {

    private static final int MAX_BODY = 65_536;
    private static final Duration BODY = Duration.ofMillis(1_000);
    private static final String EMOJI = "\uD83D\uDE00"; // One code point, two chars, four bytes.

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0", "PUSH_MAX_STREAMS_PER_CONNECTION", "100");

    @RegisterExtension
    static final JudgedServer impatient = JudgedServer.with("PUSH_BODY_MS", String.valueOf(BODY.toMillis()));

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @LikelyCause("Lengths are counted in chars or bytes, not in code points, or the bound is one off.")
    @Proves("post.fields")
    @ParameterizedTest
    @CsvSource({
        "user, 64, a",
        "user, 64, \u00e9",
        "user, 64, " + EMOJI,
        "text, 4096, a",
        "text, 4096, \u20ac",
        "text, 4096, " + EMOJI
    })
    void fieldIsTakenUpToItsBoundInCodePoints(String field, int bound, String character) {
        var fits = character.repeat(bound);

        var taken = post(field, fits);
        var refused = post(field, fits + character);

        assertEquals(201, taken.status(), () -> bound + " code points in " + field + " must be taken: " + taken);
        assertEquals(fits, taken.json().path(field).asString(""));
        var problem = refused.problem(422, bound + 1 + " code points in " + field);
        assertEquals(
                "#/" + field, problem.path("errors").path(0).path("pointer").asString(""), refused.toString());
        assertEquals(1, bystanders.texts().size(), "messages of the two POSTs");
    }

    @LikelyCause("The size of a body is checked only where it is declared, or the bound is one off.")
    @ParameterizedTest(name = "declared: {0}")
    @ValueSource(booleans = {true, false})
    void bodyIsTakenUpTo64KiB(boolean declared) {
        var message = "{\"user\":\"eve\",\"text\":\"hi\"}";

        var taken = post(message + " ".repeat(MAX_BODY - message.length()), declared);
        var refused = post(message + " ".repeat(MAX_BODY + 1 - message.length()), declared);

        assertEquals(201, taken.status(), () -> "a body of 65,536 bytes must be taken: " + taken);
        refused.problem(413, "a body of 65,537 bytes");
        assertEquals(List.of("hi"), bystanders.texts());
    }

    @LikelyCause("The whole body is awaited before it is refused, or the answer is lost because the stream is reset.")
    @ParameterizedTest(name = "declared: {0}")
    @ValueSource(booleans = {true, false})
    void bodyOfManyMegabytesIsRefusedWithAnAnswer(boolean declared) {
        var answer = post("x".repeat(8 << 20), declared);

        answer.problem(413, "a body of 8 MiB");
    }

    @LikelyCause("Content-Length is believed, and memory or patience is spent on what may never come.")
    @ParameterizedTest
    @ValueSource(strings = {"65537", "2147483648", "9223372036854775807"})
    void tooLargeContentLengthIsRefusedBeforeTheBody(String length) {
        var client = server.raw();

        int stream = client.request(
                "POST", "/messages", false, "content-type", "application/json", "content-length", length);

        client.recorder(stream).awaitHead();
        assertEquals(413, client.recorder(stream).status(), "Content-Length: " + length);
        assertEquals(201, postOn(client, "after"), "the connection must go on");
        assertEquals(List.of("after"), bystanders.texts());
    }

    @LikelyCause("The length that the client declares is not compared with what it sends (RFC 9113, 8.1.1).")
    @Proves("post.body")
    @ParameterizedTest
    @ValueSource(
            strings = {"1", "25", "27", "1000", "-26", "abc", "0x1a", "26, 26", "26.0", "99999999999999999999999", ""})
    void contentLengthThatLiesStoresNothing(String length) {
        var client = server.raw();

        int stream = client.request(
                "POST", "/messages", false, "content-type", "application/json", "content-length", length);
        client.data(stream, "{\"user\":\"eve\",\"text\":\"hi\"}".getBytes(UTF_8), true);

        assertRefused(client, stream, "a body of 26 bytes with Content-Length \"" + length + "\"");
        assertEquals(List.of(), bystanders.texts());
    }

    @LikelyCause("A body that never ends is waited for, so that a thousand of them hold the server's memory.")
    @Proves("post.time")
    @Test
    void bodyThatDoesNotComeIsGivenUp() {
        impatient.requires("PUSH_BODY_MS");
        var client = impatient.raw();
        long began = System.nanoTime();

        int stream = client.request("POST", "/messages", false, "content-type", "application/json");
        client.data(stream, "{\"user\":".getBytes(UTF_8), false);

        client.recorder(stream).answer().problem(408, "a body that stops");
        assertNotTooSoon(began);
    }

    @LikelyCause("The time for a body begins again with every byte.")
    @Proves("post.time")
    @Test
    void bodyThatDribblesIsGivenUp() {
        impatient.requires("PUSH_BODY_MS");
        var client = impatient.raw();
        long began = System.nanoTime();

        int stream = client.request("POST", "/messages", false, "content-type", "application/json");
        boolean answered = Deadline.in(Deadline.PATIENCE).poll(() -> {
            client.data(stream, " ".getBytes(UTF_8), false);
            return client.recorder(stream).answered();
        });

        assertTrue(answered, "a body that dribbles must be answered");
        client.recorder(stream).answer().problem(408, "a body that dribbles");
        assertNotTooSoon(began);
    }

    @LikelyCause("Streams are not counted for each connection, or the count is one off.")
    @Proves("limit.streams")
    @Test
    void connectionHoldsAHundredStreams() {
        server.requires("PUSH_MAX_STREAMS_PER_CONNECTION");
        var client = server.raw();
        var streams = new ArrayList<Recorder>();

        for (int i = 0; i < 100; i++) {
            streams.add(client.open(Format.NDJSON));
        }
        var refused = client.open(Format.NDJSON);

        assertEquals(
                List.of(),
                streams.stream().filter(stream -> stream.status() != 200).toList(),
                "100 streams must open");
        assertEquals(429, refused.status(), "the 101st stream of a connection");
        refused.answer().problem(429, "the 101st stream of a connection");
        assertTrue(
                refused.header("retry-after").matches("[1-9][0-9]*"), "Retry-After: " + refused.header("retry-after"));
        assertEquals(201, postOn(client, "while it holds 100"), "a POST must not queue behind held streams");
        try (var other = server.raw()) {
            assertEquals(200, other.open(Format.SSE).status(), "another connection is not concerned");
        }
        streams.get(50).cancel();
        server.awaitOpen(bystanders.count() + 99);
        assertEquals(200, client.open(Format.NDJSON).status(), "a place that was given up can be had");
        assertEquals(List.of("while it holds 100"), bystanders.texts());
        client.close();
    }

    @LikelyCause(
            "The server advertises as many streams as it holds open, so that a POST has to wait for one of them to end.")
    @Proves("limit.streams")
    @Test
    void moreStreamsAreAdvertisedThanMayBeHeld() {
        int advertised =
                server.raw().serverSetting(Frame.SETTING_MAX_CONCURRENT_STREAMS).orElse(Integer.MAX_VALUE);

        assertTrue(advertised > 100, "SETTINGS_MAX_CONCURRENT_STREAMS is " + advertised);
    }

    private static void assertRefused(RawClient client, int stream, String what) {
        var refusal = Refusal.of(client, stream);
        assertTrue(refusal.refused(), () -> what + " must be refused, but it was answered " + refusal);
    }

    private static void assertNotTooSoon(long began) {
        long ms = (System.nanoTime() - began) / 1_000_000;
        assertTrue(ms >= BODY.toMillis(), () -> "given up after " + ms + " ms, not 1,000 ms");
    }

    private static int postOn(RawClient client, String text) {
        int stream = client.request("POST", "/messages", false, "content-type", "application/json");
        client.data(stream, ("{\"user\":\"eve\",\"text\":\"" + text + "\"}").getBytes(UTF_8), true);
        return client.recorder(stream).answer().status();
    }

    private static Answer post(String field, String value) {
        var json = WireRecord.JSON
                .createObjectNode()
                .put("user", "eve")
                .put("text", "hi")
                .put(field, value);
        return server.request(server.at("/messages").post(JudgedServer.json(json.toString())));
    }

    private static Answer post(String body, boolean declared) {
        var json = JudgedServer.json(body);
        return server.request(server.at("/messages").post(declared ? json : undeclared(json)));
    }

    private static RequestBody undeclared(RequestBody body) {
        return new RequestBody() {
            @Override
            public MediaType contentType() {
                return body.contentType();
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                body.writeTo(sink);
            }
        };
    }
}
