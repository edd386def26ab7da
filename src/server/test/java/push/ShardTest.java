package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A shard that gets no rest, and one whose streams fail. */
final class ShardTest {
    private final FakeLoop loop = new FakeLoop();
    private final Stats stats = new Stats();
    private final MessageLog log = new MessageLog(100, 1 << 20);
    private final Shards shards = new Shards(FakeSettings.DEFAULTS, log, stats);

    @Test
    void socketsAndTimersGetTheirTurnThoughEveryRoundIsWokenAgain() {
        var sink = new SwallowingSink() {
            @Override
            public int write(
                    ByteBuffer from) { // As when another thread takes POSTs faster than this one delivers them.
                loop.sleep(1);
                log.append(new NewMessage("ann", "hi"), 0);
                shards.wake();
                return super.write(from);
            }
        };
        open(shards.connect(loop, new FakeTransport()), sink);

        int rounds = 0;
        while (loop.runOne()) {
            rounds++;
            assertTrue(rounds < 100, "rounds without end hold up what comes in");
        }
        long bytes = sink.bytes;
        loop.pass(5);

        assertTrue(rounds >= 3, rounds + " rounds");
        assertTrue(sink.bytes > bytes, "and then the rounds go on");
    }

    @Test
    void streamThatFailsEndsAloneAndTheOthersGetTheirTurn() {
        var connection = shards.connect(loop, new FakeTransport());
        var sinks = new ArrayList<SwallowingSink>();
        var failing = new ArrayList<SwallowingSink>();
        for (var failure : List.of(new OutOfMemoryError("as in a round"), new IllegalStateException("a bug"))) {
            var sink = new FailingSink(failure);
            failing.add(sink);
            open(connection, sink);
            sinks.add(new SwallowingSink());
            open(connection, sinks.get(sinks.size() - 1));
        }
        var answered = new ArrayList<String>();
        connection.answer(() -> {
            throw new IllegalStateException("an answer that fails");
        });
        connection.answer(() -> answered.add("201"));
        long before = sinks.get(0).bytes;

        log.append(new NewMessage("ann", "hi"), 0);
        shards.wake();
        loop.run();

        assertTrue(failing.stream().allMatch(sink -> sink.aborted), "each that fails must end");
        assertEquals(2, stats.streams().closed().get(EndReason.ERROR));
        assertEquals(2, stats.streams().open());
        for (var sink : sinks) {
            assertFalse(sink.aborted);
            assertTrue(sink.bytes > before, "what comes after a failure must get its turn");
        }
        assertEquals(List.of("201"), answered);
    }

    private void open(Connection connection, SwallowingSink sink) {
        stats.open(100);
        connection.open(connection.streams() + 1, sink, Wire.NDJSON, Resume.from(null, log));
    }

    /** Fails at the second write. */
    private static final class FailingSink extends SwallowingSink {
        private final Throwable failure;

        FailingSink(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public int write(ByteBuffer from) {
            if (bytes == 0) {
                return super.write(from);
            }
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }
    }
}
