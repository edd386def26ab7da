package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages that get lost between NATS and one of our servers, while the connection stays as it is. */
@Tag("cluster")
@Timeout(300) // Longer than a client of Load waits for its 201.
final class LostMessagesTest {
    private static Cluster cluster;
    private static LossyRelay relay;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(NatsNodes.start(1), 1);
        relay = LossyRelay.to(cluster.nodes.port(0));
        cluster.servers.add(KitServer.start(cluster.settings("PUSH_NATS_URL", relay.url())));
    }

    @AfterAll
    static void stop() {
        cluster.close();
        relay.close();
    }

    @Test
    void lostMessageComesAgainBeforeThoseAfterIt() {
        try (var reader = Reader.start(List.of(cluster.b()), 0, Format.NDJSON)) {
            cluster.a().post("ann", "before it", "");
            reader.await("before it", Deadline.PATIENCE);
            relay.lose(1);
            cluster.a().post("ann", "lost", "");
            cluster.a().post("ann", "after it", "");

            reader.await("after it", Deadline.PATIENCE);
            assertEquals(0, relay.toLose());
            assertEquals("", reader.fault());
            assertEquals(List.of(), reader.reasons());
            var texts = reader.messages().stream().map(Message::text).toList();
            assertEquals(
                    List.of("before it", "lost", "after it"), texts.subList(texts.indexOf("before it"), texts.size()));
        }
    }

    @Test
    void lostMessageComesAgainThoughNoneFollowsIt() {
        try (var reader = Reader.start(List.of(cluster.b()), 0, Format.NDJSON)) {
            relay.lose(1);
            cluster.a().post("ann", "lost at the end", "");

            reader.await("lost at the end", Deadline.PATIENCE.multipliedBy(4));
            assertEquals(0, relay.toLose());
            assertEquals("", reader.fault());
        }
    }

    @Test
    void postWhoseOwnMessageIsLostIsAnsweredWhenItHasComeNevertheless() {
        relay.lose(1);

        var answer = cluster.b().post("ann", "lost on its way back", "");

        assertEquals(201, answer.status(), answer.toString());
        var id = answer.json().path("id").asString("");
        assertEquals(200, cluster.b().get("/messages/" + id).status(), "what is answered 201 is in the order");
        assertEquals(0, relay.toLose());
    }

    /** So does a NATS server that leads the stream and is cut off from those that follow it. */
    @Test
    void serverWhoseNatsAcknowledgesNothingGoesToAnother() {
        try (var one = LossyRelay.to(cluster.nodes.port(0));
                var other = LossyRelay.to(cluster.nodes.port(0));
                var third = KitServer.start(cluster.settings(
                        "PUSH_NATS_URL", one.url() + "," + other.url(), "PUSH_NATS_WAIT_MS", "60000"))) {
            var deaf = third.get("/status").body().contains(one.url()) ? one : other;
            deaf.losePublished();

            var answer = third.post("ann", "by way of the other", "");

            assertEquals(201, answer.status(), answer.toString());
            assertFalse(third.get("/status").body().contains(deaf.url()), "it has gone to the other");
        }
    }

    @Test
    void lagIsHowManyMessagesTheServerHasYetToGet() {
        assertTrue(Deadline.in(Deadline.PATIENCE.multipliedBy(4)).poll(() -> lag() == 0));
        relay.lose(Integer.MAX_VALUE);
        for (int i = 0; i < 7; i++) {
            cluster.a().post("ann", "behind " + i, "");
        }

        assertTrue(Deadline.in(Deadline.PATIENCE.multipliedBy(4)).poll(() -> lag() == 7), () -> "lag " + lag());
        assertTrue(cluster.b().get("/metrics").body().contains("push_nats_lag 7.0"));
        relay.lose(0);
        assertTrue(Deadline.in(Deadline.PATIENCE.multipliedBy(4)).poll(() -> lag() == 0), () -> "lag " + lag());
        assertTrue(cluster.b().get("/history").body().contains("behind 6"));
    }

    @Test
    void serverThatHasNotGotTheTailYetIsNotReady() {
        cluster.a().post("ann", "of the tail", "");
        try (var slow = LossyRelay.to(cluster.nodes.port(0))) {
            slow.lose(Integer.MAX_VALUE);
            try (var third = KitServer.launch(cluster.settings("PUSH_NATS_URL", slow.url()))) {
                assertEquals(503, third.get("/readyz").status());
                assertEquals(503, third.get("/history").status());
                assertEquals(503, third.post("ann", "too early", "").status());
                slow.lose(0);

                third.awaitReady();

                assertEquals(
                        cluster.a().get("/history").body(),
                        third.get("/history").body());
            }
        }
    }

    private static long lag() {
        return cluster.b().get("/status").json().path("nats").path("lag").asLong(-1);
    }
}
