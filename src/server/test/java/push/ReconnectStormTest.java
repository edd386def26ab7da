package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import push.ReconnectStorm.Plan;

/** What DESIGN.md predicts of a hundred thousand clients that come back together. */
class ReconnectStormTest {
    private static final int HANDSHAKE_US = 1_500;
    private static final int SEED = 1;

    @Test
    void clientsOfOneServerOfTenAreBackAsSoonAsTheyAsk() {
        var outcome = ReconnectStorm.run(new Plan(10_000, 9, 2, HANDSHAKE_US, 2_000, 1_000, 5_000), SEED);

        assertEquals(0, outcome.dropped());
        assertTrue(outcome.allBackMs() < 5_100, outcome::toString);
    }

    @Test
    void allAreBackInTheLeastTimeIfNoHandshakeIsDropped() {
        var plan = new Plan(100_000, 10, 2, HANDSHAKE_US, 10_000, 1_000, 5_000);

        var outcome = ReconnectStorm.run(plan, SEED);

        assertEquals(0, outcome.dropped());
        assertEquals(plan.leastMs() + 1_000, outcome.allBackMs(), 300, outcome::toString);
    }

    @Test
    void spreadAsLongAsTheWorkNeedsNoRoomToWait() {
        var plan = new Plan(100_000, 10, 2, HANDSHAKE_US, 2_000, 1_000, 9_000);

        var outcome = ReconnectStorm.run(plan, SEED);

        assertTrue(plan.leastMs() < 8_000);
        assertEquals(0, outcome.dropped());
        assertTrue(outcome.allBackMs() < 9_200, outcome::toString);
    }

    @Test
    void withTooLittleRoomAndSpreadTheServersDropWhatTheyHaveBegun() {
        var outcome = ReconnectStorm.run(new Plan(10_000, 1, 2, HANDSHAKE_US, 2_000, 1_000, 5_000), SEED);

        assertEquals(-1, outcome.allBackMs(), "not back within two minutes");
        assertTrue(outcome.dropped() > 100_000, outcome::toString);
    }
}
