package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rate of POSTs counts their size too, because every open stream receives every byte. */
@Area(id = "large-posts", title = "Large POSTs")
@Proves("limit.rates")
final class LargePostsTest {
    private static final int UNIT = 2_048;
    private static final int BURST = 300;
    private static final String FULL = "\u20ac".repeat(4_096);

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "1", "PUSH_POST_BURST", "" + BURST);

    @RegisterExtension
    static final JudgedServer strict = JudgedServer.with("PUSH_POSTS_PER_SECOND", "1", "PUSH_POST_BURST", "1");

    static Stream<Arguments> bodies() {
        return Stream.of(true, false)
                .flatMap(declared -> Stream.of(
                        arguments(201, declared, message(FULL)),
                        arguments(400, declared, "x".repeat(3 * 4_096)),
                        arguments(422, declared, message(FULL + "x"))));
    }

    @LikelyCause("The limits count requests and not bytes, only what Content-Length says, or only what is stored.")
    @ParameterizedTest(name = "{0}, declared: {1}")
    @MethodSource("bodies")
    void bodyCountsAsOnePostForEachPartThatItBegins(int status, boolean declared, String body) {
        server.requires("PUSH_POSTS_PER_SECOND", "PUSH_POST_BURST");
        int cost = (body.getBytes(UTF_8).length + UNIT - 1) / UNIT;
        var client = server.raw();
        long began = System.nanoTime();
        int taken = 0;

        var last = post(client, body, declared);
        while (last.status() == status) {
            long allowed = BURST + 1 + (System.nanoTime() - began) / 1_000_000_000;
            int sofar = taken++;
            assertTrue(sofar * cost < allowed, () -> sofar + " bodies counted as less than " + cost + " POSTs each");
            last = post(client, body, declared);
        }

        last.answer().problem(429, "one body too many");
        assertTrue(last.header("retry-after").matches("[1-9][0-9]?"), "Retry-After: " + last.header("retry-after"));
        assertTrue(taken >= BURST / cost, taken + " bodies counted as more than " + cost + " POSTs each");
        client.close();
    }

    @LikelyCause("A message that costs more than the burst is never taken.")
    @Test
    void messageOfFullSizeIsTakenHoweverSmallTheBurst() {
        strict.requires("PUSH_POSTS_PER_SECOND", "PUSH_POST_BURST");
        try (var client = strict.raw()) {
            assertEquals(201, post(client, message(FULL), true).status());

            var next = post(client, message("hi"), true);

            next.answer().problem(429, "a POST whose client has not waited for the one before");
            int seconds = Integer.parseInt(next.header("retry-after"));
            assertTrue(seconds > 2 && seconds <= 49, "what is owed is waited for: " + seconds + " s");
        }
    }

    private static String message(String text) {
        return "{\"user\":\"eve\",\"text\":\"" + text + "\"}";
    }

    private static Recorder post(RawClient client, String body, boolean declared) {
        byte[] bytes = body.getBytes(UTF_8);
        String[] type = {"content-type", "application/json"};
        String[] both = {"content-type", "application/json", "content-length", "" + bytes.length};
        int stream = client.request("POST", "/messages", false, declared ? both : type);
        client.data(stream, bytes, true);
        var recorder = client.recorder(stream).awaitHead();
        recorder.closed();
        return recorder;
    }
}
