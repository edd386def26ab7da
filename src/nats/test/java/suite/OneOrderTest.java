package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One order, one id and the same bytes on every server. */
@Tag("cluster")
final class OneOrderTest {
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(NatsNodes.start(1), 2);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void messageOfOneServerIsReadOnTheOther() {
        try (var reader = Reader.start(List.of(cluster.b()), 0, Format.NDJSON)) {
            var answer = cluster.a().post("ann", "from a to b", "");

            reader.await("from a to b", Deadline.PATIENCE);
            assertEquals(201, answer.status());
        }
    }

    @Test
    void everyIdHasTheSameBytesOnEveryServer() {
        for (int i = 0; i < 60; i++) {
            cluster.servers.get(i % 2).post("ann", "bytes " + i + " \u00e9\n\"", "");
        }
        var id = cluster.a()
                .post("ann", "the last of them", "")
                .json()
                .path("id")
                .asString("");

        assertTrue(Deadline.in(Deadline.PATIENCE)
                .poll(() -> cluster.b().get("/messages/" + id).status() == 200));
        assertEquals(
                cluster.a().get("/history?limit=61").body(),
                cluster.b().get("/history?limit=61").body());
        assertEquals(
                cluster.a().get("/messages/" + id).body(),
                cluster.b().get("/messages/" + id).body());
    }

    @Test
    void clientResumesOnEitherServerWithWhatTheOtherGave() {
        var ids = new ArrayList<String>();
        for (int i = 0; i < 10; i++) {
            ids.add(cluster.servers
                    .get(i % 2)
                    .post("ann", "resume " + i, "")
                    .json()
                    .path("id")
                    .asString(""));
        }
        for (var server : cluster.servers) {
            try (var stream = server.open(Format.NDJSON, ids.get(4))) {
                var start = stream.next("start");

                assertTrue(start.fields().path("resumed").asBoolean(), start::toString);
                for (int i = 5; i < 10; i++) {
                    var message = stream.nextMessage();
                    assertEquals(ids.get(i), message.id());
                    assertEquals("resume " + i, message.text());
                }
            }
        }
    }

    @Test
    void keyOfOneServerIsKnownOnTheOther() {
        var first = cluster.a().post("ann", "once", "one key");
        var again = cluster.b().post("ann", "once", "one key");
        var other = cluster.b().post("ann", "twice", "one key");

        assertEquals(201, again.status());
        assertEquals(first.body(), again.body());
        assertEquals(first.header("location"), again.header("location"));
        assertEquals(422, other.status());
    }

    @Test
    void keyWhoseMessageTheLogsHaveDroppedIsAnsweredFromTheStream() {
        try (var third = KitServer.start(cluster.settings("PUSH_RETAIN_MESSAGES", "5"))) {
            var first = cluster.a().post("ann", "far back", "far back");
            for (int i = 0; i < 10; i++) {
                cluster.a().post("ann", "after it " + i, "");
            }
            var id = cluster.a().post("ann", "the newest", "").json().path("id").asString("");
            assertTrue(Deadline.in(Deadline.PATIENCE)
                    .poll(() -> third.get("/messages/" + id).status() == 200));

            var again = third.post("ann", "far back", "far back");
            var other = third.post("ann", "not that", "far back");

            assertEquals(first.body(), again.body());
            assertEquals(422, other.status());
        }
    }

    @Test
    void keyWhoseMessageIsKeptNowhereIs422() {
        cluster.a().post("ann", "gone", "gone");
        cluster.nodes.manage(management -> management.purgeStream(cluster.nodes.stream()));
        try (var third = KitServer.start(cluster.settings())) {
            var again = third.post("ann", "gone", "gone");

            assertEquals(422, again.status(), again.toString());
            assertTrue(again.body().contains("no longer kept"), again.body());
        }
    }

    @Test
    void sameKeyAtTheSameMomentOnTwoServersIsStoredOnce() {
        int pairs = 500;
        long posted = cluster.posted();
        try (var reader = Reader.start(cluster.servers, 0, Format.NDJSON)) {
            for (int i = 0; i < pairs; i++) {
                var text = "pair " + i;
                var b = CompletableFuture.supplyAsync(
                        () -> cluster.b().post("ann", text, text), Threads.named("suite-pair"));
                var a = cluster.a().post("ann", text, text);
                assertEquals(201, a.status());
                assertEquals(a.body(), b.join().body());
            }
            cluster.a().post("ann", "pairs end", "");
            reader.await("pairs end", Deadline.PATIENCE);

            var texts = reader.messages().stream()
                    .map(Message::text)
                    .filter(text -> text.startsWith("pair "))
                    .toList();
            assertEquals(pairs, texts.size());
            assertEquals(pairs, texts.stream().distinct().count());
        }
        assertEquals(pairs + 1, cluster.posted() - posted, "stored by the one or the other");
    }

    @Test
    void twoTextsWithOneKeyAtTheSameMomentAreOne201AndOne422() {
        for (int i = 0; i < 100; i++) {
            var key = "two texts " + i;
            var b = CompletableFuture.supplyAsync(
                    () -> cluster.b().post("ann", "of b", key), Threads.named("suite-pair"));
            var a = cluster.a().post("ann", "of a", key);

            assertEquals(201 + 422, a.status() + b.join().status(), () -> a + " " + b.join());
        }
    }
}
