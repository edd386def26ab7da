package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is left of streams that were reset, in a JVM that has been given little: it is bounded, and others go on. */
final class LeftoversTest {

    private static final int CONNECTIONS = 8;
    private static final int REQUESTS = 10_000; // Of each connection: what they leave fills 64 MB more than once.
    private static final int AT_ONCE = 100;

    private final OkHttpClient client = Clients.http2();
    private final List<RawClient> attackers = new ArrayList<>();
    private StartedByCommand server;

    @BeforeEach
    void start() {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        server = StartedByCommand.start(
                "exec '" + java + "' -XX:+UseSerialGC -Xmx64m -cp '" + System.getProperty("java.class.path")
                        + "' push.http.Main",
                Map.of("PUSH_PORT", "0", "PUSH_IO_THREADS", "2", "PUSH_POSTS_PER_SECOND", "0"));
    }

    @AfterEach
    void close() {
        attackers.forEach(RawClient::close);
        Clients.close(client);
        server.close();
    }

    @LikelyCause(
            "Requests that are answered before their bodies have ended are reset, and what is left of them fills the heap.")
    @Test
    void requestsThatNeverEndLeaveNoMoreThanAPartOfTheHeap() throws IOException {
        var bystander = Recorder.open(
                client,
                at("/messages").header("accept", Format.NDJSON.mediaType).build(),
                Format.NDJSON);
        var root = server.root();
        for (int i = 0; i < CONNECTIONS; i++) {
            var attacker = RawClient.connect(root.host(), root.port(), RawClient.Options.PLAIN);
            attackers.add(attacker);
            try {
                for (int j = 0; j < REQUESTS; j++) {
                    int stream = attacker.request("GET", "/healthz", false);
                    if (j % AT_ONCE == AT_ONCE - 1) {
                        attacker.recorder(stream).closed();
                    }
                }
            } catch (AssertionError | RuntimeException e) {
                assertTrue(
                        Deadline.in(Deadline.PATIENCE).poll(attacker::ended),
                        () -> "only the end of its connection may stop it: " + e);
            }
        }

        for (int i = 0; i < 20; i++) {
            var post = at("/messages").post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"" + i + "\"}"));
            assertEquals(201, SmallMemoryTest.send(client, post).status());
        }
        bystander.messagesUpTo("19");
        try (var memory = Memory.of(server.pid())) {
            assertTrue(memory.used() < 40 << 20, () -> "the process holds " + memory.used() + " bytes");
        }
    }

    private Request.Builder at(String path) {
        return new Request.Builder().url(server.root().resolve(path));
    }
}
