package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The cost of a delivery, in figures that a noisy machine cannot change: bytes allocated, and wake-ups.
 *
 * <p>The benchmarks measure times; a limit on a time is either so wide that it finds nothing, or red at random.
 */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 15;
    private static final int BURST = 16;

    private final MessageLog log = new MessageLog(8_192, 8 << 20);
    private final Stats stats = new Stats();
    private final Shards shards = new Shards(FakeSettings.DEFAULTS, log, stats);
    private final Publisher publisher = new LocalPublisher(FakeSettings.DEFAULTS, log, shards, stats);
    private final NewMessage message = new NewMessage("ann", "hello");

    @ParameterizedTest
    @CsvSource({
        "NDJSON, 10000",
        "NDJSON, 100",
        "NDJSON, 1",
        "SSE, 10000",
        "SSE, 100",
        "SSE, 1",
        "MESSAGES, 100",
        "MSG, 100"
    })
    void aRoundAllocatesAsMuchForTenThousandStreamsAsForTen(Wire wire, int perConnection) {
        FakeLoop few = join(new FakeLoop(), wire, 10, Math.min(10, perConnection));
        FakeLoop many = join(new FakeLoop(), wire, 10_000, perConnection);
        allocatedByRounds(few); // Warm: loading and linking at first use is not counted.
        allocatedByRounds(many);

        long byTen = allocatedByRounds(few);
        long byTenThousand = allocatedByRounds(many);

        double perStream = (byTenThousand - byTen) / (9_990.0 * ROUNDS);
        assertTrue(
                perStream < 0.1,
                () -> "each further stream allocates " + perStream + " bytes in each round: " + ROUNDS + " rounds took "
                        + byTen + " bytes for 10 streams, and " + byTenThousand + " for 10,000");
    }

    @Test
    void aBurstWakesEachLoopOnce() {
        List<FakeLoop> loops = List.of(new FakeLoop(), new FakeLoop());
        join(loops.get(0), Wire.NDJSON, 100, 10);
        join(loops.get(1), Wire.SSE, 100, 1);

        for (int i = 0; i < 1_000; i++) {
            publisher.publish(message, null);
        }
        loops.forEach(FakeLoop::run);

        assertEquals(2, stats.messages().wakeups(), "wake-ups of 2 loops by one burst of 1,000 messages");
        assertEquals(200_000, stats.messages().deliveries(), "every stream was given the whole burst");
    }

    @Test
    void aPostIsAnsweredWhenItsMessageHasGoneToTheStreams() {
        FakeLoop loop = new FakeLoop();
        Connection connection = shards.connect(loop, new FakeTransport());
        open(connection, Wire.NDJSON);
        List<Long> lag = new ArrayList<>();

        publisher.publish(message, null); // As in a POST: the message gets its place, and then its answer waits.
        connection.answer(() -> lag.add(connection.maxLag(log.newest())));
        loop.run();

        assertEquals(List.of(0L), lag, "messages that a stream lacks when a POST is answered");
    }

    @Test
    void aPostIsAnsweredThoughThereIsNoStream() {
        FakeLoop loop = new FakeLoop();
        List<String> answers = new ArrayList<>();

        shards.connect(loop, new FakeTransport()).answer(() -> answers.add("201"));
        loop.run();

        assertEquals(List.of("201"), answers);
    }

    /** Returns the bytes allocated in some rounds of a burst each; the publishing is not counted. */
    private long allocatedByRounds(FakeLoop loop) {
        Shard shard = shards.of(loop);
        long bytes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < BURST; i++) {
                log.append(message, 0);
            }
            long before = THREADS.getCurrentThreadAllocatedBytes();
            shard.round();
            loop.run();
            bytes += THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        return bytes;
    }

    private FakeLoop join(FakeLoop loop, Wire wire, int streams, int perConnection) {
        for (int i = 0; i < streams; i += perConnection) {
            Connection connection = shards.connect(loop, new FakeTransport());
            for (int k = 0; k < perConnection; k++) {
                open(connection, wire);
            }
        }
        shards.of(loop).round();
        loop.run(); // Bytes written at the join are counted here, and not later.
        stats.resetMessages();
        return loop;
    }

    private void open(Connection connection, Wire wire) {
        stats.open(Integer.MAX_VALUE);
        connection.open(connection.streams() + 1, new SwallowingSink(), wire, Resume.from(null, log));
    }
}
