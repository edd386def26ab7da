package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/** The contents of the log at the edge of each of its two bounds. */
final class MessageLogTest {

    @Test
    void theLastMessageThatFitsEvictsNoneAndTheNextTheOldest() {
        var log = log(3, Integer.MAX_VALUE);

        append(log, 3, "x");
        assertHolds(log, 1, 3);

        append(log, 1, "x");
        assertHolds(log, 2, 4);
    }

    @Test
    void theLastByteThatFitsEvictsNoneAndOneMoreTheOldest() {
        int bytes = 3 * size("xx");
        var exact = log(100, bytes);
        var small = log(100, bytes - 1);

        append(exact, 3, "xx");
        append(small, 3, "xx");

        assertHolds(exact, 1, 3);
        assertEquals(bytes, exact.bytes());
        assertHolds(small, 2, 3);
    }

    @Test
    void aLargeMessageEvictsAsManyAsItNeedsRoomFor() {
        var log = log(100, 5 * size("x"));
        append(log, 5, "x");

        append(log, 1, "yyy"); // Two bytes too many after one has gone.

        assertHolds(log, 3, 6);
        assertEquals(3 * size("x") + size("yyy"), log.bytes());
    }

    @Test
    void aMessageThatIsLargerThanTheBoundIsKeptAlone() {
        var log = log(100, 10);

        append(log, 2, "larger than that");

        assertHolds(log, 2, 2);
        assertEquals(size("larger than that"), log.bytes());
    }

    /** Returns an empty log. Ids, which count too, have one length: most epochs have twelve characters. */
    private static MessageLog log(int maxMessages, int maxBytes) {
        for (var log = new MessageLog(maxMessages, maxBytes); ; log = new MessageLog(maxMessages, maxBytes)) {
            if (log.epoch().length() == 12) {
                return log;
            }
        }
    }

    private static void append(MessageLog log, int times, String text) {
        for (int i = 0; i < times; i++) {
            log.append(new NewMessage("ann", text), 1_000);
        }
    }

    /** Returns the counted size of one message with this text; its sequence has one digit. */
    private static int size(String text) {
        return log(1, Integer.MAX_VALUE)
                .append(new NewMessage("ann", text), 1_000)
                .size();
    }

    private static void assertHolds(MessageLog log, long first, long newest) {
        assertEquals(first, log.first(), "the first that is kept");
        assertEquals(newest, log.newest(), "the newest");
        assertNull(log.get(first - 1), "what has been evicted");
        assertNotNull(log.get(first));
        assertNotNull(log.get(newest));
        assertNull(log.get(newest + 1), "what is not yet there");
    }
}
