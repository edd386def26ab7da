package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;

/**
 * What a delivery costs, in figures that a noisy machine cannot change: bytes allocated, and wake-ups.
 *
 * <p>Times are for the benchmarks; a limit on a time is either so wide that it finds nothing, or red at random.
 */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 50;
    private static final int BURST = 16;

    private final Config config = Config.from(Map.of());
    private final MessageLog log = new MessageLog(config.retainMessages(), config.retainBytes());
    private final Stats stats = new Stats();
    private final Shards shards = new Shards(config, log, stats);
    private final LocalPublisher publisher = new LocalPublisher(config, log, shards, stats);
    private final Draft draft = new Draft("ann", "hello");
    private XnioWorker worker;

    @BeforeEach
    void startIoThreads() throws IOException {
        worker = Xnio.getInstance()
                .createWorker(OptionMap.create(Options.WORKER_IO_THREADS, 2, Options.WORKER_TASK_MAX_THREADS, 1));
    }

    @AfterEach
    void stopIoThreads() {
        worker.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource
    void aRoundAllocatesAsMuchForTenThousandStreamsAsForTen(Wire wire) throws Exception {
        Shard few = join(worker.getIoThread(0), wire, 10);
        Shard many = join(worker.getIoThread(1), wire, 10_000);
        allocatedByRounds(few); // Warm: what is loaded and linked at first use is not counted.
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
    void aBurstWakesEachIoThreadOnce() throws Exception {
        join(worker.getIoThread(0), Wire.NDJSON, 100);
        join(worker.getIoThread(1), Wire.SSE, 100);
        CountDownLatch burstIsOver = new CountDownLatch(1);
        for (Shard shard : shards.all()) {
            shard.execute(() -> await(burstIsOver)); // What comes meanwhile is a burst, however slow this machine is.
        }

        for (int i = 0; i < 1_000; i++) {
            publisher.publish(draft, null);
        }
        burstIsOver.countDown();
        for (Shard shard : shards.all()) {
            on(shard, () -> 0L); // After the round that the burst has asked for.
        }

        assertEquals(2, stats.wakeups.sum(), "wake-ups of 2 IO threads by one burst of 1,000 messages");
        assertEquals(200_000, stats.deliveries.sum(), "every stream was given the whole burst");
    }

    @Test
    void aPostIsAnsweredWhenItsMessageHasGoneToTheStreams() throws Exception {
        Shard shard = join(worker.getIoThread(0), Wire.NDJSON, 0);
        Swallower stream = on(shard, () -> new Swallower(shard, Wire.NDJSON));
        on(shard, () -> {
            shard.add(stream);
            shard.run();
            return 0L;
        });
        CompletableFuture<Long> lag = new CompletableFuture<>();

        shard.execute(
                () -> { // As a POST is handled: the message gets its place, and then its answer waits.
                    publisher.publish(draft, null);
                    shard.answer(() -> lag.complete(stream.lag(log.newest())));
                });

        assertEquals(0, lag.get(30, TimeUnit.SECONDS), "messages that a stream lacks when a POST is answered");
    }

    @Test
    void aPostIsAnsweredThoughThereIsNoStream() throws Exception {
        Shard shard = join(worker.getIoThread(0), Wire.NDJSON, 0);
        CompletableFuture<String> answer = new CompletableFuture<>();

        shard.answer(() -> answer.complete("201"));

        assertEquals("201", answer.get(30, TimeUnit.SECONDS));
    }

    /** Bytes that the IO thread allocates in some rounds of a burst each; the publishing is not counted. */
    private long allocatedByRounds(Shard shard) throws Exception {
        long bytes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < BURST; i++) {
                log.append(draft, 0);
            }
            bytes += on(shard, () -> {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                shard.run();
                return THREADS.getCurrentThreadAllocatedBytes() - before;
            });
        }
        return bytes;
    }

    private Shard join(XnioIoThread thread, Wire wire, int streams) throws Exception {
        Shard shard = shards.of(thread);
        return on(shard, () -> {
            for (int i = 0; i < streams; i++) {
                shard.add(new Swallower(shard, wire));
            }
            shard.run();
            stats.wakeups.reset();
            return shard;
        });
    }

    private static <T> T on(Shard shard, Supplier<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        shard.execute(() -> result.completeAsync(task, Runnable::run));
        return result.get(30, TimeUnit.SECONDS);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A stream whose sink takes everything. */
    private static final class Swallower extends QuietMember {
        private final SwallowingSink sink = new SwallowingSink();
        private final Cursor cursor;

        Swallower(Shard shard, Wire wire) {
            cursor = new Cursor(shard.log, shard.batch(wire), 15_000, Resume.afresh("new", shard.log));
        }

        @Override
        public void drain(long head, long nowNanos) {
            try {
                cursor.writeTo(sink, head);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public long lag(long head) {
            return cursor.lag(head);
        }
    }
}
