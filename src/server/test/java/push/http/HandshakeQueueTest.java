package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import push.FakeLoop;

/** The order in which the handshakes of an IO thread continue, in virtual time: each piece takes a millisecond. */
final class HandshakeQueueTest {
    private static final int MANY = 1_000;

    private final FakeLoop loop = new FakeLoop();
    private final HandshakeTurns turns = new HandshakeTurns(loop);
    private final List<Handshake> done = new ArrayList<>(); // In order.
    private int held;

    private final class Handshake implements HandshakeTurns.Handshake {
        final boolean hasBegun;
        boolean fails;

        Handshake(boolean hasBegun) {
            this.hasBegun = hasBegun;
        }

        @Override
        public void hold() {
            held++;
        }

        @Override
        public void goOn() {
            loop.sleep(1);
            done.add(this);
            if (fails) {
                throw new IllegalStateException("a bug");
            }
        }

        @Override
        public boolean hasBegun() {
            return hasBegun;
        }
    }

    private Handshake pass(boolean hasBegun) {
        var handshake = new Handshake(hasBegun);
        turns.pass(handshake);
        return handshake;
    }

    private void passMany() {
        for (int i = 0; i < MANY; i++) {
            pass(false);
        }
    }

    @Test
    void threadDoesItsOtherWorkAfterAFewHandshakes() {
        passMany();

        assertEquals(10, done.size());
        loop.pass(1);
        assertEquals(20, done.size());
        loop.pass(2 * MANY);
        assertEquals(MANY, done.size());
    }

    @Test
    void handshakesThatWaitCostNothingUntilTheirTurn() {
        passMany();

        assertEquals(MANY - 10, held, "each stops reading");
        assertEquals(1, loop.timers(), "one task is planned for all of them");
        loop.pass(1);
        assertEquals(MANY - 10, held, "once");
        assertEquals(1, loop.timers());
    }

    @Test
    void handshakesThatHaveBegunTakeTurnsWithNewOnes() {
        passMany();
        var begun = List.of(pass(true), pass(true));

        loop.pass(1);

        assertTrue(done.subList(10, 14).containsAll(begun), "they do not stand behind all that are new");
    }

    @Test
    void handshakeThatFailsDoesNotStopTheOthers() {
        for (int i = 0; i < 10; i++) {
            pass(false);
        }
        pass(false).fails = true;
        pass(false);

        assertThrows(IllegalStateException.class, () -> loop.pass(1));
        loop.pass(1);

        assertEquals(12, done.size());
    }
}
