package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client on a bad network: cut while messages pour in, and back each time with its last id. */
@Lesson(id = "11", slug = "resume", title = "Resume")
@Proves("resume.exact")
final class Lesson11StormTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @RunsLong("six hundred messages, and more than a hundred connections")
    @Test
    void cutAgainAndAgainInAStormEveryMessageComesExactlyOnce() {
        int messages = 600;
        var first = server.post("storm", "begin");
        var storm = CompletableFuture.supplyAsync(() -> IntStream.range(0, messages)
                .mapToObj(i -> server.post("storm", "s" + i))
                .toList());
        var came = new ArrayList<String>();
        var last = first;
        int cuts = 0;

        while (came.size() < messages) {
            server.awaitEverywhere(last);
            var client = server.raw();
            var stream = client.open(cuts % 2 == 0 ? Format.NDJSON : Format.SSE, "last-event-id", last);
            assertTrue(stream.next("start").flag("resumed"), "the log holds all that was missed: " + last);
            int take = Math.min(1 + cuts % 7, messages - came.size());
            stream.messages(take).forEach(message -> came.add(message.id()));
            last = came.get(came.size() - 1);
            if (cuts++ % 2 == 0) {
                client.tcpReset();
            }
            client.close();
        }

        figures.put("delivered", came.size() + "/" + messages);
        figures.put("cuts", cuts);
        because(
                "Between what was missed and what is live there is a gap or an overlap, because joining is not atomic.",
                () -> assertEquals(storm.join(), came));
    }
}
