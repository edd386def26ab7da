package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import suite.Cluster.Allowed;

/** Three NATS servers, each of which stores every message, and two of ours: what clients see when the leader is lost. */
@Tag("cluster")
@Timeout(300) // NATS 2.10.27 was without a leader for 92 s once.
final class LeaderFaultsTest {
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(NatsNodes.start(3), 2, "PUSH_NATS_WAIT_MS", "50000");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void leaderKilledIsAPause() {
        var seen = cluster.through("leader killed", Allowed.NOTHING, () -> {
            killLeaderFor(Duration.ofSeconds(3));
            cluster.nodes.awaitWhole();
        });

        assertEquals(0, seen.load().refused(), "an election is shorter than the wait");
    }

    @Test
    void leaderKilledWithThreeHundredPostsInFlightLosesAndDoublesNone() {
        // A new leader that has not caught up within five seconds looks like a stream that was restored.
        cluster.through("leader killed, 300 POSTs in flight", Allowed.EPOCH, 300, 0, load -> {
            killLeaderFor(Duration.ofSeconds(2));
            load.rest(); // A replica does not catch up with a stream that is replaced faster than it reads.
            cluster.nodes.awaitWhole();
            load.goOn();
        });
    }

    @Test
    void leaderSteppedDownIsAPause() {
        cluster.through("leader stepped down", Allowed.NOTHING, () -> {
            try (var operator = cluster.nodes.connect()) {
                var answer = operator.connection()
                        .request(
                                "$JS.API.STREAM.LEADER.STEPDOWN." + cluster.nodes.stream(),
                                new byte[0],
                                Duration.ofSeconds(5));
                assertEquals(true, new String(answer.getData(), StandardCharsets.UTF_8).contains("\"success\":true"));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void leaderFrozenIsAPause() {
        cluster.through("leader frozen for 12 s", Allowed.NOTHING, () -> {
            int leader = cluster.nodes.leader();
            cluster.nodes.freeze(leader);
            Deadline.pause(Duration.ofSeconds(12));
            cluster.nodes.thaw(leader);
        });
    }

    @Test
    void allThreeKilledAtOnceIsAPause() {
        cluster.through("all three killed", Allowed.NOTHING, () -> {
            for (int i = 0; i < 3; i++) {
                cluster.nodes.kill(i);
            }
            for (int i = 0; i < 3; i++) {
                cluster.nodes.launch(i);
            }
        });
    }

    @Test
    void rollingRestartIsAPauseForEachLeader() {
        cluster.through("rolling restart", Allowed.NOTHING, () -> {
            for (int i = 0; i < 3; i++) {
                cluster.nodes.stop(i);
                cluster.nodes.launch(i);
                cluster.nodes.awaitWhole();
            }
        });
    }

    private static void killLeaderFor(Duration time) {
        int leader = cluster.nodes.leader();
        cluster.nodes.kill(leader);
        Deadline.pause(time);
        cluster.nodes.launch(leader);
    }
}
