package push;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The number of flushes of a connection per message, in whatever order their streams have joined. */
final class WritesTogetherTest {
    private static final int CONNECTIONS = 20;
    private static final int STREAMS = 150; // On each.

    private final FakeLoop loop = new FakeLoop();
    private final MessageLog log = new MessageLog(100, 1 << 20);
    private final Stats stats = new Stats();
    private final Shards shards = new Shards(FakeSettings.DEFAULTS, log, stats);
    private final List<FakeTransport> transports = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyStreamsOfAConnectionShareAFlushInAnyOrderOfJoining(boolean inTurns) {
        join(inTurns);
        transports.forEach(transport -> transport.releases = 0);

        log.append(new NewMessage("ann", "hi"), 0);
        shards.wake();
        loop.run();

        assertEquals(CONNECTIONS * STREAMS, stats.messages().deliveries());
        for (FakeTransport transport : transports) {
            assertEquals((STREAMS + 127) / 128, transport.releases, "flushes of a connection for one message");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void heartbeatsShareAFlushToo(boolean inTurns) {
        join(inTurns);
        transports.forEach(transport -> transport.releases = 0);

        loop.pass(FakeSettings.DEFAULTS.heartbeatMs() + FakeSettings.DEFAULTS.tickMs());

        int ticks = (int) (FakeSettings.DEFAULTS.heartbeatMs() / FakeSettings.DEFAULTS.tickMs()) + 1;
        for (FakeTransport transport : transports) {
            int most = ticks + STREAMS / 128 + 1; // A tick looks at every stream, and most have nothing to write.
            assertEquals(true, transport.releases <= most, transport.releases + " flushes in " + ticks + " ticks");
        }
    }

    private void join(boolean inTurns) {
        for (int i = 0; i < CONNECTIONS; i++) {
            transports.add(new FakeTransport());
            connections.add(shards.connect(loop, transports.get(i)));
        }
        for (int i = 0; i < CONNECTIONS * STREAMS; i++) {
            Connection connection = connections.get(inTurns ? i % CONNECTIONS : i / STREAMS);
            stats.open(Integer.MAX_VALUE);
            connection.open(i, new SwallowingSink(), Wire.NDJSON, Resume.from(null, log));
        }
    }
}
