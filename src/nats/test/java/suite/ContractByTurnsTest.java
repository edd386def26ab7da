package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The suite judges two servers of a cluster as one: each request goes to the next of them. What it can judge only with other
 * settings than theirs, {@link ContractOverNatsTest} does.
 */
@Tag("cluster")
@Timeout(600)
final class ContractByTurnsTest {
    /** Without those that judge nothing when servers have settings of their own, attacks on a connection, and the browser's. */
    private static final String CHECKS =
            "01,02,03,04,05,06,07,08,09,11,16,Lesson12RequestsTest,Lesson12TextTest,goaway,media-types,names";
    /** How long each message takes to reach the second server: a request that follows a POST gets there first. */
    private static final int BEHIND_MS = 5;

    @Test
    void contractHoldsForTwoServersByTurns() {
        try (var cluster = Cluster.start(NatsNodes.start(1), 1);
                var relay = SlowRelay.to(cluster.nodes.port(0), BEHIND_MS)) {
            var later = cluster.settings("PUSH_NATS_URL", "nats://127.0.0.1:" + relay.port());
            cluster.servers.add(KitServer.start(later));
            var judgement =
                    Judgement.of(cluster.a().url("/"), "--also", cluster.b().url("/"), "--only", CHECKS);

            assertEquals(0, judgement.code(), judgement.said());
            assertTrue(judgement.greens() > 330, judgement.said());
        }
    }
}
