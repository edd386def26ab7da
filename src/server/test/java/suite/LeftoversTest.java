package suite;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The memory that Undertow keeps of reset streams, in a small JVM: it is bounded, and other clients are served. */
@Tag("scale")
final class LeftoversTest {

    private static final int CONNECTIONS = 8;
    private static final int REQUESTS = 10_000; // Of each connection: its leftovers fill 64 MB more than once.
    private static final int AT_ONCE = 100;

    @RegisterExtension
    final SmallServer server = SmallServer.with("-Xmx64m", "PUSH_IO_THREADS", "2");

    @LikelyCause(
            "Requests that are answered before their bodies have ended are reset, and what is left of them fills the heap.")
    @Test
    void requestsThatNeverEndLeaveNoMoreThanAPartOfTheHeap() throws IOException {
        var bystander = server.open(Format.NDJSON);
        var attackers = IntStream.range(0, CONNECTIONS)
                .mapToObj(i -> server.attacker(RawClient.Options.PLAIN))
                .toList();
        var attacks = Threads.named("suite-attack"); // At the same time, because the server pauses each repeatedly.
        var all = attackers.stream()
                .map(attacker -> CompletableFuture.runAsync(() -> attack(attacker), attacks))
                .toList();
        assertAll(all.stream().map(each -> () -> each.get(300, TimeUnit.SECONDS)));

        for (int i = 0; i < 20; i++) {
            server.post(String.valueOf(i));
        }
        bystander.messagesUpTo("19");
        try (var memory = Memory.of(server.pid())) {
            assertTrue(memory.used() < 40 << 20, () -> "the process holds " + memory.used() + " bytes");
        }
    }

    private static void attack(RawClient attacker) {
        try {
            for (int i = 0; i < REQUESTS; i++) {
                int stream = attacker.request("GET", "/healthz", false);
                if (i % AT_ONCE == AT_ONCE - 1) {
                    attacker.recorder(stream).closed();
                    attacker.forget(); // Its own memory does not matter.
                }
            }
        } catch (AssertionError | RuntimeException e) {
            assertTrue(
                    Deadline.in(Deadline.PATIENCE).poll(attacker::ended),
                    () -> "only the end of its connection may stop it: " + e);
        }
    }
}
