package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import suite.Cluster.Allowed;

/** One NATS server and two of ours: what clients see of each way in which NATS can be away for seconds. */
@Tag("cluster")
@Timeout(300) // Longer than a client of Load waits for its 201.
final class NatsFaultsTest {
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(NatsNodes.start(1), 2, "PUSH_NATS_WAIT_MS", "4000");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void killedForOneSecondIsAPause() {
        var seen = cluster.through("NATS killed for 1 s", Allowed.NOTHING, () -> killed(Duration.ofSeconds(1)));

        boolean isLonger =
                seen.load().longestPause().toMillis() > 4_000; // On a slow machine NATS takes longer to start.
        assertTrue(isLonger || seen.load().refused() == 0, "a POST waits longer than that");
    }

    @Test
    void killedForFiveSecondsIsA503ForThoseWhoHaveWaited() {
        cluster.through("NATS killed for 5 s", Allowed.NOTHING, () -> killed(Duration.ofSeconds(5)));
    }

    @Test
    void frozenForFourSecondsIsAPause() {
        cluster.through("NATS frozen for 4 s", Allowed.NOTHING, () -> {
            cluster.nodes.freeze(0);
            Deadline.pause(Duration.ofSeconds(4));
            cluster.nodes.thaw(0);
        });
    }

    @Test
    void restartedByItsOperatorIsAPause() {
        cluster.through("NATS restarted", Allowed.NOTHING, () -> {
            cluster.nodes.stop(0);
            cluster.nodes.launch(0);
        });
    }

    @Test
    void drainWhileNatsIsAwayAnswersThePostsThatWait() throws Exception {
        try (var third = KitServer.start(cluster.settings("PUSH_NATS_WAIT_MS", "60000"))) {
            cluster.nodes.freeze(0);
            var answer = new Answer[1];
            var post = new Thread(() -> answer[0] = third.post("ann", "in a drain", ""));
            post.start();
            Deadline.in(Deadline.PATIENCE)
                    .poll(() -> third.get("/status")
                                    .json()
                                    .path("nats")
                                    .path("waiting")
                                    .asInt(0)
                            == 1);

            int code = third.stop();
            post.join();
            cluster.nodes.thaw(0);

            assertEquals(0, code);
            assertEquals(503, answer[0].status(), answer[0].toString());
        }
    }

    private static void killed(Duration time) {
        cluster.nodes.kill(0);
        Deadline.pause(time);
        cluster.nodes.launch(0);
    }
}
