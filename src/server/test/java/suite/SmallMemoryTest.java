package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A small JVM: stalled streams are ended before its memory runs out, and no others are. */
@Tag("scale")
final class SmallMemoryTest {

    private static final int CONNECTIONS = 20;
    private static final int STREAMS = 90;

    @RegisterExtension
    final SmallServer server = SmallServer.with("-Xmx64m -XX:MaxDirectMemorySize=32m", "PUSH_STALL_MS", "60000");

    @LikelyCause("Streams that stall take buffers until there are none, and then fail those that are read.")
    @ParameterizedTest(name = "TCP stopped: {0}")
    @ValueSource(booleans = {false, true})
    void streamsThatStallTakeNoBuffersAndTheOthersStay(boolean frozen) {
        var healthy = server.open(Format.NDJSON);
        for (int i = 0; i < CONNECTIONS; i++) {
            var options = frozen ? RawClient.Options.PLAIN.receiveBuffer(4_096) : RawClient.Options.PLAIN.window(0);
            var attacker = server.attacker(options);
            if (frozen) {
                attacker.freeze();
            }
            for (int j = 0; j < STREAMS; j++) {
                attacker.openUnread(Format.NDJSON);
            }
        }

        var texts = IntStream.range(0, 60)
                .mapToObj(i -> i + " " + "x".repeat(4_000))
                .toList();
        texts.forEach(server::post);

        assertEquals(texts, healthy.messages(60).stream().map(Message::text).toList());
        var during = server.status();
        assertEquals(0, during.closed("stalled"), () -> "those that stall hold nothing, so they may stay: " + during);
        assertEquals(0, during.closed("error"), during::toString);

        server.closeAttackers();
        var after = Deadline.in(Deadline.PATIENCE).poll(() -> server.status().open() == 1);
        assertTrue(after, () -> "only the healthy one must be open: " + server.status());
        server.post("after");
        assertEquals("after", healthy.nextMessage().text());
    }

    @LikelyCause("The log, or what is kept of keys, does not fit.")
    @Test
    void fullLogFits() {
        var text = "\u20ac".repeat(4_000);

        for (int i = 0; i < 1_200; i++) {
            server.post(text);
        }

        assertEquals(200, server.open(Format.SSE).status());
    }
}
