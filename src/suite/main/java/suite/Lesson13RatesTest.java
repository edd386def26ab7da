package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The limits of one connection in a burst and over time, and of all together; each refusal says when to come back.
 *
 * <p><b>Length:</b> a bound has two sides, and each check gives its own likely cause.
 */
@Lesson(id = "13", slug = "floods", title = "Floods")
@Proves("limit.rates")
final class Lesson13RatesTest {

    private static final String COUNTED =
            "What is counted is how many are open, or nothing at all. Count what is asked for, and when.";

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_OPENS_PER_SECOND", "10",
            "PUSH_OPEN_BURST", "100",
            "PUSH_POSTS_PER_SECOND", "50",
            "PUSH_POST_BURST", "200");

    @RegisterExtension
    static final JudgedServer small = JudgedServer.with(
            "PUSH_MAX_STREAMS", "20",
            "PUSH_POSTS_PER_SECOND", "2",
            "PUSH_POST_BURST", "4");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @Test
    void streamsOpenAHundredAtOnceAndThenTenASecond() {
        server.requires("PUSH_OPENS_PER_SECOND", "PUSH_OPEN_BURST");
        var client = server.raw();

        var opens = new Asked(100, 10, () -> openAndCancel(client));
        var first429 = opens.untilRefused(COUNTED);

        because(
                "Stream opens are not counted, or are counted once they have ended: a client that opens and cancels is free.",
                () -> {
                    because(
                            "A refusal takes a token as well, or the bucket forgets the time that has passed when it refuses.",
                            () -> assertTrue(
                                    Deadline.in(Deadline.PATIENCE)
                                            .poll(() -> opens.ask().status() == 200),
                                    "a client that asks again and again is let in as soon as there is a token"));
                    try (var other = server.raw()) {
                        because(
                                "There is one bucket for all connections, so the first flood empties it for everybody.",
                                () -> hasABurstOfItsOwn(other));
                    }
                    Deadline.pause(retryAfter(first429, "a stream beyond the rate", 10));
                    because(
                            "Retry-After was less than the time until there is a token, or tokens come too slowly.",
                            () -> opens.areTaken(10, "after Retry-After, a second or more, ten streams open again"));
                    opens.untilRefused("The whole burst is there again in each second: after a burst the rate counts.");
                    client.close();
                });
    }

    @Test
    void postsGoTwoHundredAtOnceAndThenFiftyASecond() {
        server.requires("PUSH_POSTS_PER_SECOND", "PUSH_POST_BURST");
        var client = server.raw();

        var posts = new Asked(200, 50, () -> post(client));
        var first429 = posts.untilRefused(COUNTED);

        because("POSTs are not counted for each connection.", () -> {
            try (var other = server.raw()) {
                because(
                        "There is one bucket for all connections, so the first flood empties it for everybody.",
                        () -> assertEquals(201, post(other).status(), "another connection is not concerned"));
            }
            Deadline.pause(retryAfter(first429, "a POST beyond the rate", 4));
            assertEquals(201, post(client).status(), "after Retry-After a message is taken again");
            assertTrue(bystanders.texts().size() >= 202, "every message that was taken is broadcast");
        });
    }

    @Test
    void aQuietConnectionHasItsBurstAgainAndNoMore() {
        small.requires("PUSH_POSTS_PER_SECOND", "PUSH_POST_BURST");
        var client = small.raw();
        assertEquals(201, post(client).status());
        Deadline.pause(Duration.ofSeconds(2)); // As many tokens as a burst has, and there is room for one.

        new Asked(4, 2, () -> post(client))
                .untilRefused("What runs over is kept while a client is quiet, or the bound is one off.");
    }

    @Test
    void aPostBeyondTheRateIsRefusedBeforeItsBody() {
        small.requires("PUSH_POSTS_PER_SECOND", "PUSH_POST_BURST");
        var client = small.raw();

        var posts = Stream.generate(
                        () -> client.request("POST", "/messages", false, "content-type", "application/json"))
                .limit(100)
                .map(client::recorder)
                .toList();

        because("The body is read first, and a flood is counted when it has been paid for.", () -> {
            assertTrue(
                    Deadline.in(Deadline.PATIENCE).poll(() -> posts.stream().anyMatch(Recorder::answered)),
                    "of 100 POSTs at once one at least must be refused before its body comes");
            posts.stream()
                    .filter(Recorder::answered)
                    .findFirst()
                    .orElseThrow()
                    .answer()
                    .problem(429, "one too many");
            client.close();
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
            because(
                    "There is no bound to all streams together, it is one off, or it is answered as if it were the client's.",
                    () -> assertEquals(503, refused.status(), "the 21st stream of 20"));
            refused.answer().problem(503, "the 21st stream of 20");
            retryAfter(refused, "the 21st stream", 99);
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

    /** A kind of request on one connection, which may be taken so often at once and then so often a second. */
    private static final class Asked {
        private final int burst;
        private final int perSecond;
        private final Supplier<Recorder> request;
        private final long began = System.nanoTime();
        private int taken;

        Asked(int burst, int perSecond, Supplier<Recorder> request) {
            this.burst = burst;
            this.perSecond = perSecond;
            this.request = request;
        }

        Recorder ask() {
            var answer = request.get();
            taken += answer.status() == 429 ? 0 : 1;
            return answer;
        }

        /** Repeats the request until a 429 comes: not within the first burst, nor later than the rate allows. */
        Recorder untilRefused(String whyTooMany) {
            var deadline = Deadline.in(Duration.ofSeconds(60));
            var last = ask();
            while (last.status() != 429) {
                assertTrue(!deadline.passed(), "this machine is too slow to go beyond the rate");
                long allowed = burst + perSecond * (System.nanoTime() - began) / 1_000_000_000;
                because(
                        whyTooMany,
                        () -> assertTrue(taken <= allowed, () -> taken + " were taken where " + allowed + " may be"));
                last = ask();
            }
            because(
                    "The bucket does not begin full, is not filled again, or holds no more than a second's worth.",
                    () -> assertTrue(
                            taken >= burst, () -> "after " + taken + " came a 429, though a burst may have " + burst));
            last.answer().problem(429, "one too many");
            return last;
        }

        void areTaken(int count, String what) {
            for (int i = 0; i < count; i++) {
                assertEquals(200, ask().status(), what);
            }
        }
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

    private static Duration retryAfter(Recorder refused, String what, int most) {
        var seconds = refused.header("retry-after");
        because(
                "Retry-After is missing, or is not in whole seconds, of which one is the least (RFC 9110, 10.2.3).",
                () -> assertTrue(
                        seconds.matches("[1-9][0-9]?") && Long.parseLong(seconds) <= most,
                        () -> what + " must be told when to come back, in " + most + " s at most: Retry-After is \""
                                + seconds + "\""));
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
