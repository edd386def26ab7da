package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class RateLimitTest {
    private static final long MS = 1_000_000;
    private static final long START = Long.parseLong("9223372036850000000"); // System.nanoTime may overflow.

    @Test
    void burstPassesImmediatelyAndThenOneInEachPartOfASecond() {
        var limit = new RateLimit(10, 3, START);

        assertEquals(0, limit.take(START));
        assertEquals(0, limit.take(START));
        assertEquals(0, limit.take(START));
        assertEquals(100, limit.take(START));
        assertTrue(limit.take(START + 99 * MS) <= 2, "the millisecond that is left, or one more by rounding");
        assertEquals(0, limit.take(START + 100 * MS));
        assertEquals(100, limit.take(START + 100 * MS));
    }

    @Test
    void whoComesBackWhenToldIsNeverRefused() {
        for (int perSecond : new int[] {1, 3, 7, 10, 50, 333}) {
            var limit = new RateLimit(perSecond, 1, START);
            assertEquals(0, limit.take(START));

            long waitMs = limit.take(START + 123_456);

            assertTrue(waitMs > 0 && waitMs <= 1_000 / perSecond + 1, () -> perSecond + "/s: wait " + waitMs + " ms");
            assertEquals(0, limit.take(START + 123_456 + waitMs * MS), perSecond + "/s");
        }
    }

    @Test
    void noRateAndNoBurstAreNoLimit() {
        for (var limit : new RateLimit[] {new RateLimit(0, 1, START), new RateLimit(1, 0, START)}) {
            for (int i = 0; i < 1_000; i++) {
                assertEquals(0, limit.take(START));
            }
        }
    }

    @Test
    void refusalCostsNothing() {
        var limit = new RateLimit(10, 1, START);
        assertEquals(0, limit.take(START));

        for (int ms = 0; ms < 100; ms++) {
            assertEquals(100 - ms, limit.take(START + ms * MS));
        }

        assertEquals(0, limit.take(START + 100 * MS));
    }

    @Test
    void restIsNotSavedUpBeyondTheBurst() {
        var limit = new RateLimit(10, 2, START);

        long later = START + 3_600_000 * MS;

        assertEquals(0, limit.take(later));
        assertEquals(0, limit.take(later));
        assertEquals(100, limit.take(later));
    }

    @Test
    void noneMeansNoLimit() {
        var limit = new RateLimit(0, 1, START);

        for (int i = 0; i < 10_000; i++) {
            assertEquals(0, limit.take(START));
        }
    }

    @Test
    void moreThanTheBurstIsOwedAndWaitedFor() {
        var limit = new RateLimit(10, 1, START);
        assertEquals(0, limit.take(START));

        assertEquals(0, limit.takeMore(5, START));

        assertEquals(600, limit.takeMore(1, START), "five that are owed, and one to begin with");
        assertEquals(600, limit.take(START));
        assertEquals(0, limit.take(START + 600 * MS));
        assertEquals(0, limit.takeMore(1, START + 600 * MS));
    }

    @Test
    void moreIsFreeWithoutALimit() {
        var limit = new RateLimit(0, 1, START);

        for (int i = 0; i < 10; i++) {
            assertEquals(0, limit.take(START));
            assertEquals(0, limit.takeMore(1_000, START));
        }
    }
}
