package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The time limit of a body and the number of streams per connection: the last accepted, and the first refused. */
@Lesson(id = "13", slug = "floods", title = "Floods")
@Proves("limit.streams")
final class Lesson13LimitsTest {

    private static final Duration BODY = Duration.ofMillis(1_000);

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0",
            "PUSH_OPEN_BURST", "10", // Of no rate, which is no bound.
            "PUSH_MAX_STREAMS_PER_CONNECTION", "100");

    @RegisterExtension
    static final JudgedServer impatient = JudgedServer.with("PUSH_BODY_MS", String.valueOf(BODY.toMillis()));

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @Proves("post.time")
    @Test
    void bodyThatDoesNotComeIsGivenUp() {
        impatient.requires("PUSH_BODY_MS");
        var client = impatient.raw();
        long began = System.nanoTime();

        int stream = client.request("POST", "/messages", false, "content-type", "application/json");
        client.data(stream, "{\"user\":".getBytes(UTF_8), false);

        because("A body that never ends is waited for, so that a thousand of them hold the server's memory.", () -> {
            client.recorder(stream).answer().problem(408, "a body that stops");
            assertNotTooSoon(began);
        });
    }

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

        because("The time for a body begins again with every byte.", () -> {
            assertTrue(answered, "a body that dribbles must be answered");
            client.recorder(stream).answer().problem(408, "a body that dribbles");
            assertNotTooSoon(began);
        });
    }

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

        because("Streams are not counted for each connection, or the count is one off.", () -> {
            because(
                    "Streams are counted for all connections together, or twice; or a rate of 0 is not taken for no bound.",
                    () -> assertEquals(
                            List.of(200),
                            streams.stream().map(Recorder::status).distinct().toList(),
                            "the statuses of a connection's first 100 streams"));
            assertEquals(429, refused.status(), "the 101st stream of a connection");
            refused.answer().problem(429, "the 101st stream of a connection");
            because(
                    "One refusal has no Retry-After, which each 429 and each 503 must have.",
                    () -> assertTrue(
                            refused.header("retry-after").matches("[1-9][0-9]*"),
                            "Retry-After: " + refused.header("retry-after")));
            because(
                    "A bound is asked at one path and not at the other: /msgs is as /messages.",
                    () -> assertEquals(
                            429,
                            client.recorder(client.request("GET", "/msgs", true))
                                    .awaitHead()
                                    .status(),
                            "the 101st stream of a connection, at /msgs"));
            because(
                    "A status other than 200 ends an EventSource for good: each of the three bounds refuses it by a bye.",
                    () -> client.open(Format.SSE).next("bye"));
            because(
                    "SETTINGS announce as many streams as may be held, so nothing is left for a POST.",
                    () -> assertEquals(
                            201, postOn(client, "while it holds 100"), "a POST must not queue behind held streams"));
            try (var other = server.raw()) {
                because(
                        "The count is the server's and not the connection's.",
                        () -> assertEquals(
                                200, other.open(Format.SSE).status(), "another connection is not concerned"));
            }
            streams.get(50).cancel();
            because(
                    "A stream that was refused is counted as if it were open: ask all bounds before you count.",
                    () -> server.awaitOpen(bystanders.count() + 99));
            because(
                    "A stream that has ended is still counted: count it off where every end comes by.",
                    () -> assertEquals(
                            200, client.open(Format.NDJSON).status(), "a place that was given up can be had"));
            assertEquals(List.of("while it holds 100"), bystanders.texts());
            client.close();
        });
    }

    @Proves("limit.streams")
    @Test
    void moreStreamsAreAdvertisedThanMayBeHeld() {
        int advertised =
                server.raw().serverSetting(Frame.SETTING_MAX_CONCURRENT_STREAMS).orElse(Integer.MAX_VALUE);

        because(
                "The server advertises as many streams as it holds open, so that a POST has to wait for one of them to end.",
                () -> assertTrue(advertised > 100, "SETTINGS_MAX_CONCURRENT_STREAMS is " + advertised));
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
}
