package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import push.ReconnectStorm.Plan;

/** The predictions of DESIGN.md for a hundred thousand clients that come back together. */
class ReconnectStormTest {
    private static final int HANDSHAKE_US = 1_500;
    private static final int SEED = 1;

    @Test
    void clientsOfOneServerOfTenAreBackAsSoonAsTheyAsk() {
        var outcome = ReconnectStorm.run(new Plan(10_000, 9, 2, HANDSHAKE_US, 2_000, 1_000, 5_000), SEED);

        assertEquals(0, outcome.givenUp());
        assertTrue(outcome.allBackMs() < 5_100, outcome::toString);
    }

    @Test
    void allAreBackInTheLeastTimeWhateverTheNumberOfHandshakesAtATime() {
        for (int maxHandshakes : new int[] {200, 2_000, 10_000}) {
            var plan = new Plan(100_000, 10, 2, HANDSHAKE_US, maxHandshakes, 1_000, 5_000);

            var outcome = ReconnectStorm.run(plan, SEED);

            assertEquals(0, outcome.givenUp());
            assertEquals(plan.leastMs() + 1_000, outcome.allBackMs(), 300, outcome::toString);
        }
    }

    @Test
    void withASpreadAsLongAsTheWorkNoClientIsGivenUp() {
        var plan = new Plan(100_000, 4, 2, HANDSHAKE_US, 2_000, 1_000, 20_000);

        var outcome = ReconnectStorm.run(plan, SEED);

        assertTrue(plan.leastMs() < 19_000);
        assertEquals(0, outcome.givenUp());
        assertTrue(outcome.allBackMs() < 20_200, outcome::toString);
    }

    @Test
    void stormThatIsLongerThanTheServersPatienceEndsToo() {
        var plan = new Plan(25_000, 1, 2, HANDSHAKE_US, 2_000, 1_000, 5_000);

        var outcome = ReconnectStorm.run(plan, SEED);

        assertTrue(outcome.givenUp() > 1_000, outcome::toString);
        assertTrue(outcome.allBackMs() > 0, outcome::toString);
        assertTrue(outcome.allBackMs() < plan.leastMs() * 3 / 2, outcome::toString);
    }
}
