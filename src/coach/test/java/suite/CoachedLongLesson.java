package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static suite.Because.because;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A lesson for the coach's own tests: two that are quick, and one that runs long. */
class CoachedLongLesson {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_HEARTBEAT_MS", "1234");

    @Test
    void theHeartbeatIsTheOneThatWasAskedFor() {
        because(
                "The setting is not read.",
                () -> assertEquals(1234, server.heartbeat().toMillis(), "the heartbeat in ms"));
    }

    @Test
    void thereIsAStatus() {
        assertEquals(200, server.get("/status").status(), "the status of the status");
    }

    @RunsLong("it posts")
    @Test
    void twoPostsAreTaken() {
        var post = JudgedServer.json("{\"user\":\"ann\",\"text\":\"hi\"}");
        server.request(server.at("/messages").post(post));

        var second = server.request(server.at("/messages").post(post));

        because("It keeps nothing.", () -> assertEquals(201, second.status(), "the status of a second post"));
    }
}
