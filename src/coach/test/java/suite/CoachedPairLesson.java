package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A lesson for the coach's own tests, with two servers: if the first does not start, JUnit does not start the second. */
class CoachedPairLesson {

    @RegisterExtension
    static final JudgedServer one = JudgedServer.with("PUSH_HEARTBEAT_MS", "1234");

    @RegisterExtension
    static final JudgedServer other = JudgedServer.with("PUSH_HEARTBEAT_MS", "2345");

    @Test
    void eachHasItsHeartbeat() {
        assertEquals(1234, one.heartbeat().toMillis(), "the heartbeat of the one in ms");
        assertEquals(2345, other.heartbeat().toMillis(), "the heartbeat of the other in ms");
    }
}
