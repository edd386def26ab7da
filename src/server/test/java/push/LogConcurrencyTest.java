package push;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The log, the cursors and the shards of the server under publishers that never stop, while readers join, take little,
 * fall behind and leave, from a seed.
 *
 * <p>Own code and not jcstress or Lincheck: those try small pieces in all orders, while the promise here concerns the
 * whole (every reader sees a run of the one order, and is told where a run breaks), on loops with threads of their own
 * and in hundreds of short lives of a log that holds 16 messages; {@code -Drounds=} asks for more. A seed that fails is
 * printed: it gives the same choices again, in whatever order the threads then run. The faults that it finds are
 * planted by {@code make mutants LESSON=10}.
 */
class LogConcurrencyTest {
    private static final int ROUNDS = Integer.getInteger("rounds", 200);
    private static final int MESSAGES = 300;
    private static final List<ThreadLoop> LOOPS = new ArrayList<>();

    @BeforeAll
    static void startLoops() {
        LOOPS.add(new ThreadLoop());
        LOOPS.add(new ThreadLoop());
    }

    @AfterAll
    static void stopLoops() {
        LOOPS.forEach(ThreadLoop::close);
        LOOPS.clear(); // The class may run again in this JVM.
    }

    @ParameterizedTest
    @EnumSource(names = {"NDJSON", "SSE"})
    void everyReaderSeesRunsOfTheOneOrderAndIsToldWhereTheyBreak(Wire wire) throws Exception {
        long firstSeed = Long.getLong("seed", System.nanoTime());
        int laps = 0;
        int whole = 0;

        for (long seed = firstSeed; seed < firstSeed + ROUNDS; seed++) {
            for (FitfulReader reader : new Life(seed, wire).live()) {
                reader.check("wire " + wire + ", -Dseed=" + seed + " -Drounds=1");
                laps += reader.laps;
                whole += reader.laps == 0 ? 1 : 0;
            }
        }

        assertTrue(laps > ROUNDS, "the readers must have been lapped often, or nothing was tried: " + laps + " laps");
        assertTrue(whole > ROUNDS, "many readers must have kept up: " + whole);
    }

    @Test
    void whoeverSeesTheHeadOfTheLogSeesItsMessage() throws Exception {
        MessageLog log = new MessageLog(64, 1 << 20);
        NewMessage message = new NewMessage("p", "x");
        AtomicLong seen = new AtomicLong();
        Thread publisher = new Thread(() -> {
            // The reader must have looked often.
            for (int i = 0;
                    (i < 1_000_000 || seen.get() < 1_000)
                            && !Thread.currentThread().isInterrupted();
                    i++) {
                log.append(message, 0);
            }
        });

        publisher.start();

        try {
            while (publisher.isAlive()) {
                long head = log.newest();
                boolean there = log.get(head) != null || log.first() > head;
                seen.addAndGet(head > 0 && there ? 1 : 0);
                assertTrue(head == 0 || there, () -> "message " + head + " is the newest, and is not there");
            }
        } finally {
            publisher.interrupt(); // If the test is red, it would go on for ever.
            publisher.join();
        }
    }

    /** One short life of a log: publishers, two shards, readers. */
    private static final class Life {
        private final Wire wire;
        private final Random random;
        private final MessageLog log;
        private final Shards shards;
        private final List<FitfulReader> readers = new ArrayList<>();
        private final List<CompletableFuture<?>> joins = new ArrayList<>();

        Life(long seed, Wire wire) {
            this.wire = wire;
            this.random = new Random(seed);
            this.log = new MessageLog(16, 1 << 20);
            this.shards = new Shards(FakeSettings.DEFAULTS, log, new Stats());
        }

        List<FitfulReader> live() throws Exception {
            CompletableFuture<?> published = CompletableFuture.allOf(
                    Stream.generate(this::publish).limit(1 + random.nextInt(3)).toArray(CompletableFuture<?>[]::new));
            while (!published.isDone() && readers.size() < 40) {
                join();
            }
            published.get(60, TimeUnit.SECONDS); // Publishing must never wait for a reader.
            CompletableFuture.allOf(joins.toArray(CompletableFuture<?>[]::new)).get(60, TimeUnit.SECONDS);
            for (FitfulReader reader : readers) {
                reader.awaitEnd(log.newest());
            }
            return readers;
        }

        private CompletableFuture<?> publish() {
            return CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < MESSAGES; i++) {
                            log.append(new NewMessage("p", "x" + i), 0);
                            shards.wake();
                        }
                    },
                    task -> new Thread(task).start());
        }

        private void join() throws Exception {
            ThreadLoop loop = LOOPS.get(random.nextInt(LOOPS.size()));
            FitfulReader reader = new FitfulReader(loop, random.nextLong());
            readers.add(reader);
            String lastId = random.nextBoolean() ? null : log.id(Math.max(0, log.newest() - random.nextInt(20)));
            CompletableFuture<?> joined = CompletableFuture.runAsync(
                    () -> reader.join(shards.connect(loop, new FakeTransport()), wire, Resume.from(lastId, log)),
                    loop::execute);
            joins.add(joined);
            if (random.nextInt(4) == 0) {
                joined.get(60, TimeUnit.SECONDS);
                reader.left = true;
                loop.execute(reader::leave);
            }
        }
    }
}
