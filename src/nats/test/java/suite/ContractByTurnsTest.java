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

    @Test
    void contractHoldsForTwoServersByTurns() {
        try (var cluster = Cluster.start(NatsNodes.start(1), 2)) {
            var judgement =
                    Judgement.of(cluster.a().url("/"), "--also", cluster.b().url("/"), "--only", CHECKS);

            assertEquals(0, judgement.code(), judgement.said());
            assertTrue(judgement.greens() > 330, judgement.said());
        }
    }
}
