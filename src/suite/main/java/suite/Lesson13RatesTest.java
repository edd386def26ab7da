package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The limits of one connection in a burst and over time, and of all together; each refusal says when to come back. */
@Lesson(id = "13", slug = "floods", title = "Floods")
@Proves("limit.rates")
final class Lesson13RatesTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_OPENS_PER_SECOND", "10",
            "PUSH_OPEN_BURST", "100",
            "PUSH_POSTS_PER_SECOND", "50",
            "PUSH_POST_BURST", "200");

    @RegisterExtension
    static final JudgedServer small = JudgedServer.with("PUSH_MAX_STREAMS", "20");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @Test
    void streamsOpenAHundredAtOnceAndThenTenASecond() {
        server.requires("PUSH_OPENS_PER_SECOND", "PUSH_OPEN_BURST");
        var client = server.raw();

        var first429 = untilRefused(100, 10, () -> openAndCancel(client));

        because(
                "Stream opens are not counted, or are counted once they have ended: a client that opens and cancels is free.",
                () -> {
                    try (var other = server.raw()) {
                        because(
                                "There is one bucket for all connections, so the first flood empties it for everybody.",
                                () -> hasABurstOfItsOwn(other));
                    }
                    Deadline.pause(retryAfter(first429, "a stream beyond the rate"));
                    because(
                            "Retry-After was less than the time until there is a token, or a refusal has taken one.",
                            () -> assertEquals(
                                    200,
                                    client.open(Format.NDJSON).status(),
                                    "after Retry-After a stream opens again"));
                    client.close();
                });
    }

    @Test
    void postsGoTwoHundredAtOnceAndThenFiftyASecond() {
        server.requires("PUSH_POSTS_PER_SECOND", "PUSH_POST_BURST");
        var client = server.raw();

        var first429 = untilRefused(200, 50, () -> post(client));

        because("POSTs are not counted for each connection.", () -> {
            try (var other = server.raw()) {
                because(
                        "There is one bucket for all connections, so the first flood empties it for everybody.",
                        () -> assertEquals(201, post(other).status(), "another connection is not concerned"));
            }
            Deadline.pause(retryAfter(first429, "a POST beyond the rate"));
            assertEquals(201, post(client).status(), "after Retry-After a message is taken again");
            assertTrue(bystanders.texts().size() >= 202, "every message that was taken is broadcast");
        });
    }

    @Proves("limit.streams")
    @Test
    void twentyStreamsInAllAndNoMore() {
        small.requires("PUSH_MAX_STREAMS");
        var streams = new ArrayList<Recorder>();
        var clients = new ArrayList<RawClient>();
        for (int i = 0; i < 20; i++) {
            if (i % 10 == 0) {
                clients.add(small.raw());
            }
            streams.add(clients.get(i / 10).open(Format.SSE));
        }
        assertTrue(streams.stream().allMatch(stream -> stream.status() == 200), "20 streams must open");
        var newcomer = small.raw();

        var refused = newcomer.open(Format.NDJSON);
        var sentAway = newcomer.open(Format.SSE);

        because("There is no bound to all streams together, or its refusal costs more than a stream.", () -> {
            assertEquals(503, refused.status(), "the 21st stream of 20");
            refused.answer().problem(503, "the 21st stream of 20");
            retryAfter(refused, "the 21st stream");
            because(
                    "A status other than 200 ends an EventSource for good (WHATWG HTML, 9.2.3): refuse server-sent events by a"
                            + " bye.",
                    () -> assertEquals(
                            200, sentAway.status(), "an EventSource never comes back from any other status"));
            assertTrue(
                    sentAway.next("bye").number("retryMs") >= 1_000, "an EventSource must be told when to come back");
            assertEquals(Ending.How.END_STREAM, sentAway.closed().how());
            assertEquals(201, post(newcomer).status(), "who holds no stream may post");
            small.awaitOpen(20);
            streams.get(7).cancel();
            small.awaitOpen(19);
            because(
                    "A stream that has ended is still counted.",
                    () -> assertEquals(
                            200, newcomer.open(Format.SSE).status(), "a place that was given up can be had"));
            streams.get(0).messagesUpTo("hi");
            newcomer.close();
            clients.forEach(RawClient::close);
        });
    }

    /** Repeats the request until a 429 comes: not within the first {@code burst}, nor later than the rate allows. */
    private static Recorder untilRefused(int burst, int perSecond, Supplier<Recorder> request) {
        long began = System.nanoTime();
        int taken = 0;
        var last = request.get();
        var deadline = Deadline.in(Duration.ofSeconds(60));
        while (last.status() != 429) {
            assertTrue(!deadline.passed(), "this machine is too slow to go beyond the rate");
            taken++;
            long allowed = burst + 1 + perSecond * (System.nanoTime() - began) / 1_000_000_000;
            int sofar = taken;
            because(
                    "What is counted is how many are open, or nothing at all. Count what is asked for, and when.",
                    () -> assertTrue(sofar <= allowed, () -> sofar + " were taken where " + allowed + " may be"));
            last = request.get();
        }
        int sofar = taken;
        because(
                "The bucket does not begin full, or holds no more than a second's worth.",
                () -> assertTrue(
                        sofar >= burst, () -> "after " + sofar + " came a 429, though a burst may have " + burst));
        last.answer().problem(429, "one too many");
        return last;
    }

    private static Recorder openAndCancel(RawClient client) {
        var stream = client.open(Format.NDJSON);
        if (stream.status() == 200) {
            stream.cancel();
        }
        return stream;
    }

    /** Uses all of it, because a shared bucket regains a token every 100 ms. */
    private static void hasABurstOfItsOwn(RawClient other) {
        for (int i = 0; i < 100; i++) {
            int taken = i;
            assertEquals(
                    200,
                    openAndCancel(other).status(),
                    () -> "on another connection, after " + taken + " came a 429, though a burst may have 100");
        }
    }

    private static Duration retryAfter(Recorder refused, String what) {
        var seconds = refused.header("retry-after");
        assertTrue(
                seconds.matches("[1-9][0-9]?"),
                () -> what + " must be told when to come back: Retry-After is \"" + seconds + "\"");
        return Duration.ofSeconds(Long.parseLong(seconds));
    }

    private static Recorder post(RawClient client) {
        int stream = client.request("POST", "/messages", false, "content-type", "application/json");
        client.data(stream, "{\"user\":\"eve\",\"text\":\"hi\"}".getBytes(UTF_8), true);
        var recorder = client.recorder(stream).awaitHead();
        recorder.closed();
        return recorder;
    }
}
