package push;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;

/** A shard that gets no rest. */
final class ShardTest {
    private static final int PATIENCE_SECONDS = 10;

    private XnioWorker worker;
    private XnioIoThread thread;

    @BeforeEach
    void start() throws IOException {
        worker = Xnio.getInstance().createWorker(OptionMap.create(Options.WORKER_IO_THREADS, 1));
        thread = worker.getIoThread();
    }

    @AfterEach
    void stop() throws InterruptedException {
        worker.shutdownNow();
        assertTrue(worker.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void whatComesInIsReadThoughEveryRoundIsWokenAgain() throws Exception {
        var pipe = thread.createHalfDuplexPipe();
        var read = new CountDownLatch(1);
        pipe.getLeftSide().getReadSetter().set(channel -> read.countDown());
        pipe.getLeftSide().resumeReads();
        var ticked = new CountDownLatch(1);
        var rounds = new CountDownLatch(3);
        wakeInEveryRound(rounds);
        assertTrue(rounds.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "three rounds");

        thread.executeAfter(ticked::countDown, 1, TimeUnit.MILLISECONDS);
        pipe.getRightSide().write(ByteBuffer.allocate(1));

        assertTrue(ticked.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "rounds without end hold up what has its time");
        assertTrue(read.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "rounds without end hold up what comes in");
    }

    /** As when another IO thread takes POSTs faster than this one delivers them. */
    private void wakeInEveryRound(CountDownLatch rounds) {
        var log = new MessageLog(10, 1_000);
        var shard = new Shard(thread, Config.from(Map.of()), log, new Stats());
        shard.execute(() -> {
            shard.add(new QuietMember() {
                @Override
                public void drain(long head, long nowNanos) {
                    rounds.countDown();
                    shard.wake();
                }
            });
            shard.wake();
        });
    }

    @Test
    void memberThatFailsEndsAloneAndTheOthersGetTheirTurn() throws InterruptedException {
        var failed = new CountDownLatch(2);
        var served = new CountDownLatch(3);
        var shard = new Shard(
                thread, Config.from(Map.of("PUSH_HEARTBEAT_MS", "40")), new MessageLog(10, 1_000), new Stats());
        shard.execute(() -> {
            for (var failure : List.of(new OutOfMemoryError("as in a round"), new IllegalStateException("a bug"))) {
                shard.add(failing(failure, shard, failed));
                shard.add(served(served));
            }
            shard.answer(() -> {
                throw new IllegalStateException("an answer that fails");
            });
            shard.answer(served::countDown);
        });

        assertTrue(failed.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "each that fails must end");
        assertTrue(served.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "what comes after a failure must get its turn");
    }

    private static QuietMember failing(Throwable failure, Shard shard, CountDownLatch failed) {
        return new QuietMember() {
            @Override
            public void drain(long head, long nowNanos) {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) failure;
            }

            @Override
            public void fail() {
                shard.remove(this);
                failed.countDown();
            }
        };
    }

    private static QuietMember served(CountDownLatch served) {
        return new QuietMember() {
            @Override
            public void drain(long head, long nowNanos) {
                served.countDown();
            }
        };
    }
}
