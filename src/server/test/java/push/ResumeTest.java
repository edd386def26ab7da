package push;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The beginning of a stream, for every position in a log that has lost its oldest messages. */
final class ResumeTest {
    private static final int HELD = 100;

    private final MessageLog log = new MessageLog(HELD, Integer.MAX_VALUE);

    @Test
    void withoutAnIdTheHistoryComes() {
        fill(250);

        assertEquals(new Resume(200, "new"), Resume.from(null, log));
        assertEquals(new Resume(200, "new"), Resume.from("", log));
    }

    @Test
    void emptyLogHasOnePlace() {
        assertEquals(new Resume(0, "new"), Resume.from(null, log));
        assertEquals(new Resume(0, null), Resume.from(log.id(0), log));
        assertEquals(new Resume(0, "future"), Resume.from(log.id(1), log));
    }

    @Test
    void firstPlaceIsGoodUntilTheFirstMessageGoes() {
        fill(HELD);
        assertEquals(new Resume(0, null), Resume.from(log.id(0), log));

        fill(1);

        assertEquals(new Resume(51, "evicted"), Resume.from(log.id(0), log));
        assertEquals(new Resume(1, null), Resume.from(log.id(1), log));
    }

    @Test
    void everyPlaceIsGoodOrHasItsReason() {
        fill(250);

        for (long position = 0; position <= 400; position++) {
            var expected = position < 150
                    ? new Resume(200, "evicted")
                    : position <= 250 ? new Resume(position, null) : new Resume(200, "future");
            assertEquals(expected, Resume.from(log.id(position), log), "after position " + position);
        }
    }

    @Test
    void historyIsNoLongerThanWhatIsHeld() {
        var small = new MessageLog(3, Integer.MAX_VALUE);
        for (int i = 0; i < 10; i++) {
            small.append(new NewMessage("ann", "hi"), 1);
        }

        assertEquals(new Resume(7, "new"), Resume.from(null, small));
    }

    @Test
    void otherLogIsAnotherEpoch() {
        fill(3);
        var other = new MessageLog(HELD, Integer.MAX_VALUE);

        assertEquals(new Resume(0, "epoch"), Resume.from(other.id(2), log));
        assertEquals(new Resume(0, "epoch"), Resume.from("z-2", log));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ",
                "-",
                "1",
                "e",
                "e-",
                "-1",
                "e--1",
                "e-01",
                "e-1 ",
                " e-1",
                "e-1\n",
                "E-1",
                "e-+1",
                "e-1.5",
                "e-1e3",
                "e-\u0661",
                "e-9999999999999999999",
                "e-1,e-2",
                "0123456789abcdef0123456789abcdef0-1"
            })
    void whatIsNoIdIsMalformed(String id) {
        fill(3);

        assertEquals(new Resume(0, "malformed"), Resume.from(id, log));
        assertEquals(new Resume(0, "malformed"), Resume.from(id.replace("e", log.epoch() + "!"), log));
    }

    private void fill(int messages) {
        for (int i = 0; i < messages; i++) {
            log.append(new NewMessage("ann", "hi"), 1);
        }
    }
}
