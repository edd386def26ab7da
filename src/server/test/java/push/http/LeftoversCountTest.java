package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The connection that has left the most streams is ended, however long Undertow keeps them. */
final class LeftoversCountTest {

    private static final long MINUTE = 60_000_000_000L;

    private final List<String> ended = new ArrayList<>();
    private final Leftovers.Total total = new Leftovers.Total(10);
    private final Leftovers few = new Leftovers(total, () -> ended.add("few"), 0);
    private final Leftovers many = new Leftovers(total, () -> ended.add("many"), 0);

    @Test
    void streamsThatAreKeptForAMinuteCountForAMinute() {
        times(6, many::add);
        many.tick(2 * MINUTE);
        times(5, few::add);
        assertEquals(List.of(), ended);

        times(6, many::add);

        assertEquals(List.of("many"), ended);
    }

    @Test
    void streamsThatAreKeptAsLongAsTheirConnectionCountAsLong() {
        times(6, many::addLasting);
        many.tick(2 * MINUTE);

        times(5, few::add);

        assertEquals(List.of("many"), ended);
    }

    @Test
    void oneConnectionAloneIsBoundedToo() {
        times(11, many::addLasting);

        assertEquals(List.of("many"), ended);
    }

    private static void times(int number, Runnable task) {
        for (int i = 0; i < number; i++) {
            task.run();
        }
    }
}
