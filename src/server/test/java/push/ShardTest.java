package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                    ByteBuffer from) { // As when another thread accepts POSTs faster than this one delivers them.
                loop.sleep(1);
                log.append(new NewMessage("ann", "hi"), 0);
                shards.wake();
                return super.write(from);
            }
        };
        open(shards.connect(loop, new FakeTransport()), sink);

        for (int i = 0; i < 10; i++) {
            for (int tasks = 0; loop.runOne(); tasks++) {
                assertTrue(tasks < 100, "rounds without end hold up what comes in");
            }
            long bytes = sink.bytes;
            assertTrue(loop.read(), "the next round waits for the input, and for nothing else");
            assertTrue(sink.bytes > bytes, "and then the rounds go on");
        }
    }

    @Test
    void whatComesInDuringARoundGoesOutWithTheRestOfIt() {
        var sinks = openOnConnectionsOfTheirOwn(120);
        publishAndWake();
        loop.runOne();
        long begun = sinks.stream().filter(sink -> sink.writes > 1).count();
        publishAndWake();
        loop.run();

        assertTrue(begun > 0 && begun < 120, begun + " of 120 connections were written to before input was read");
        assertEquals(begun, sinks.stream().filter(sink -> sink.writes > 2).count(), "the others got both in one write");
        assertEquals(240, stats.messages().deliveries());
    }

    @ParameterizedTest
    @CsvSource({"20, 20", "40, 0"})
    void responsesAreSentDuringARoundUnlessTheyGetTooFarAhead(int posted, int sentDuringIt) {
        openOnConnectionsOfTheirOwn(120);
        Connection publisher = shards.connect(loop, new FakeTransport());
        var sent = new ArrayList<Integer>();
        for (int i = 0; i < 100; i++) { // A quarter of them may be ahead.
            publishAndWake();
        }
        loop.run();
        publishAndWake();
        loop.runOne();

        for (int i = 0; i < posted; i++) {
            int nth = i;
            publishAndWake();
            publisher.answer(() -> sent.add(nth));
        }
        loop.read();
        assertEquals(sentDuringIt, sent.size());
        loop.run();
        assertEquals(IntStream.range(0, posted).boxed().toList(), sent, "all of them in the end, in their order");
    }

    private List<SwallowingSink> openOnConnectionsOfTheirOwn(int count) {
        var sinks = new ArrayList<SwallowingSink>();
        for (int i = 0; i < count; i++) {
            sinks.add(new SwallowingSink());
            open(shards.connect(loop, new FakeTransport()), sinks.get(i));
        }
        stats.resetMessages();
        return sinks;
    }

    private void publishAndWake() {
        log.append(new NewMessage("ann", "hi"), 0);
        shards.wake();
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
