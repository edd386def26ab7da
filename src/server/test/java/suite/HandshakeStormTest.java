package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many honest clients that come at the same moment, many more than may shake hands at a time. */
final class HandshakeStormTest {
    private static final int CLIENTS = 200;
    private static final int MOST_ATTEMPTS = 10 * CLIENTS;

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.with("PUSH_IO_THREADS", "1", "PUSH_MAX_HANDSHAKES", "20", "PUSH_BODY_MS", "60000");

    @LikelyCause("Each newcomer ends the handshake that has come furthest, so none of them gets in.")
    @Test
    void allOfThemGetIn() throws Exception {
        var attempts = new AtomicInteger();
        var in = new AtomicInteger();
        var start = new CountDownLatch(1);
        var clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.execute(() -> {
                    await(start);
                    boolean isServed = false;
                    while (!isServed && attempts.incrementAndGet() <= MOST_ATTEMPTS) {
                        isServed = isServed();
                    }
                    in.addAndGet(isServed ? 1 : 0);
                });
            }
            start.countDown();
            clients.shutdown();

            assertTrue(clients.awaitTermination(300, TimeUnit.SECONDS), in + " got in after " + attempts + " attempts");
            assertEquals(CLIENTS, in.get(), "got in after " + attempts + " attempts");
        } finally {
            clients.shutdownNow();
        }
    }

    private static boolean isServed() {
        try (var client = FromAddress.connect("127.0.0.1", server)) {
            return client.get("/healthz") == 200;
        }
    }

    private static void await(CountDownLatch start) {
        try {
            start.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
