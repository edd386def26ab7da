package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import suite.Cluster.Allowed;

/** NATS is away for a minute: a class of its own, because others can run meanwhile. */
@Tag("cluster")
@Timeout(300) // Longer than a client of Load waits for its 201.
final class AwayForAMinuteTest {
    @Test
    void natsKilledForAMinuteEndsNoStream() {
        try (var cluster = Cluster.start(NatsNodes.start(1), 2, "PUSH_NATS_WAIT_MS", "4000")) {
            var seen = cluster.through("NATS killed for 60 s", Allowed.NOTHING, () -> {
                cluster.nodes.kill(0);
                var answer = cluster.a().post("ann", "lost or not", "");
                assertEquals(503, answer.status());
                assertEquals("1", answer.header("retry-after"));
                assertTrue(answer.body().contains("may or may not be stored"), answer.body());
                assertEquals(200, cluster.a().get("/readyz").status(), "else all servers would be out of rotation");
                assertEquals(
                        "away",
                        cluster.a()
                                .get("/status")
                                .json()
                                .path("nats")
                                .path("state")
                                .asString(""));
                assertTrue(cluster.a().get("/metrics").body().contains("push_nats_connected 0.0"));
                Deadline.pause(Duration.ofSeconds(56));
                cluster.nodes.launch(0);
            });

            for (var reader : seen.readers()) {
                assertEquals(1, reader.streams(), "no stream has ended");
                assertTrue(reader.heartbeats() > 60, () -> reader.heartbeats() + " heartbeats in a minute");
            }
            assertEquals(
                    "following",
                    cluster.a().get("/status").json().path("nats").path("state").asString(""));
        }
    }
}
