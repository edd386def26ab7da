package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code start} alone is enough to come back with, whatever its reason is. */
@Area(id = "start", title = "What start alone gives")
@Proves("resume.start")
final class StartTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_POSTS_PER_SECOND",
            "0",
            "PUSH_OPENS_PER_SECOND",
            "0",
            "PUSH_RETAIN_MESSAGES",
            "100",
            "PUSH_STALL_MS",
            "60000");

    @ParameterizedTest
    @EnumSource(names = {"NDJSON", "SSE"})
    void whoWasCutBeforeTheFirstMessageMissesNone(Format format) {
        server.restart();
        var relay = server.relay();
        var client = server.newClient();
        var stream = server.open(client, server.at("/messages").url(relay.url("/messages")), format);
        var start = stream.next("start");
        relay.refuse();
        relay.reset();
        var posted = IntStream.range(0, 60)
                .mapToObj(i -> server.post("ann", "m" + i))
                .toList();

        relay.pass();
        var again = server.open(format, start.id());

        because("A client that was cut off before its first message has no id to come back with.", () -> {
            assertTrue(again.next("start").flag("resumed"));
            assertEquals(posted, again.messages(60).stream().map(Message::id).toList());
        });
    }

    @ParameterizedTest
    @CsvSource({
        "new, NDJSON",
        "new, SSE",
        "evicted, NDJSON",
        "evicted, SSE",
        "epoch, NDJSON",
        "epoch, SSE",
        "future, NDJSON",
        "future, SSE",
        "malformed, NDJSON",
        "malformed, SSE",
        "resumed, NDJSON",
        "resumed, SSE"
    })
    void everyStartNamesThePositionThatFollows(String reason, Format format) {
        var ids = new ArrayList<String>();
        for (int i = 0; i < 180; i++) {
            ids.add(server.post("ann", "m" + i));
        }
        var epoch = ids.get(0).replaceFirst("-.*", "");
        var stream = server.open(
                format,
                switch (reason) {
                    case "evicted" -> ids.get(0);
                    case "epoch" -> "another-1";
                    case "future" -> epoch + "-999999";
                    case "malformed" -> "?";
                    case "resumed" -> ids.get(120);
                    default -> "";
                });

        var start = stream.next("start");
        boolean resumed = reason.equals("resumed");
        var expected = ids.subList(resumed ? 121 : 130, 180);

        because("Start has no position, or one from which the stream does not go on.", () -> {
            assertEquals(resumed ? "" : reason, start.text("reason"));
            assertEquals(ids.get(resumed ? 120 : 129), start.id());
            start.event().ifPresent(event -> assertEquals(start.id(), event.id().orElse("")));
            assertEquals(expected, idsOf(stream, expected.size()));
            var again = server.open(format, start.id());
            assertTrue(again.next("start").flag("resumed"));
            assertEquals(expected, idsOf(again, expected.size()));
        });
    }

    @Proves("resume.lapped")
    @Test
    void startOfALapNamesThePositionToo() {
        var peer = server.raw(RawClient.Options.PLAIN.window(100));
        var stream = peer.open(Format.NDJSON);
        stream.next("start");
        var ids = IntStream.range(0, 300)
                .mapToObj(i -> server.post("ann", "m" + i))
                .toList();

        peer.windowUpdate(1, 1 << 20);
        var lapped =
                stream.next(record -> record.text("reason").equals("lapped"), "start after a lap", Deadline.PATIENCE);

        assertEquals(ids.get(249), lapped.id());
        assertEquals(ids.subList(250, 300), idsOf(stream, 50));
    }

    private static List<String> idsOf(Recorder stream, int count) {
        return stream.messages(count).stream().map(Message::id).toList();
    }
}
