package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A lesson for the coach's own tests: it asks for no more than a server that answers, with the setting of this class. */
class CoachedLesson {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_HEARTBEAT_MS", "1234");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    @LikelyCause("The setting is not read.")
    void theHeartbeatIsTheOneThatWasAskedFor() {
        figures.put("heartbeat", server.heartbeat().toMillis() + " ms");

        assertEquals(1234, server.heartbeat().toMillis(), "the heartbeat in ms");
    }
}
