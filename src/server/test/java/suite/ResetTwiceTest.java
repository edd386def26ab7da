package suite;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Undertow's memory of streams that both sides have reset. A small JVM with one IO thread keeps 16,000 of them. */
@Tag("scale")
final class ResetTwiceTest {

    private static final int CONNECTIONS =
            24; // At the same time, because the server pauses each after a hundred resets.
    private static final int REQUESTS = 500; // Of each connection: counted twice, they are too many.
    private static final int AT_ONCE = 100;

    @RegisterExtension
    final SmallServer server = SmallServer.with("-Xmx64m", "PUSH_IO_THREADS", "1");

    @LikelyCause("A stream that both sides reset is counted twice, and an honest client loses its connection.")
    @Test
    void streamThatBothSidesResetCountsOnce() {
        var clients = IntStream.range(0, CONNECTIONS)
                .mapToObj(i -> server.attacker(RawClient.Options.PLAIN))
                .toList();
        var resets = Threads.named("suite-resets");
        var all = clients.stream()
                .map(client -> CompletableFuture.runAsync(() -> resetTwice(client), resets))
                .toList();
        assertAll(all.stream().map(each -> () -> each.get(300, TimeUnit.SECONDS)));

        for (var client : clients) {
            client.ping(1);
            client.awaitPong(1);
            assertFalse(Refusal.goneAway(client), () -> client.frames().toString());
        }
    }

    private static void resetTwice(RawClient client) {
        for (int i = 0; i < REQUESTS; i += AT_ONCE) {
            var streams = IntStream.range(0, AT_ONCE)
                    .map(j -> client.request("GET", "/healthz", false))
                    .toArray();
            for (int stream : streams) { // The answer has ended by then, so its recorder does not say.
                client.await(frame -> frame.is(Frame.RST_STREAM, stream), "RST_STREAM of the server");
            }
            for (int stream : streams) {
                client.send(Frame.ofInts(Frame.RST_STREAM, 0, stream, 8));
            }
        }
    }
}
