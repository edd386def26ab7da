package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of HTTP/1.1 that send endless requests, and the others on their IO thread. */
final class Http1TurnsTest {

    private static final int FLOODERS = 4;
    private static final int MANY = 2_000;

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.with("PUSH_IO_THREADS", "1", "PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger answered = new AtomicInteger();

    @LikelyCause(
            "A client that pipelines keeps the IO thread for itself: streams and other clients wait until it has done.")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n"
            })
    void othersAreAnsweredBesideClientsThatPipeline(String request) throws Exception {
        var threads = new ArrayList<Thread>();
        var sockets = new ArrayList<Http1Socket>();
        for (int i = 0; i < FLOODERS; i++) {
            var socket = Http1Socket.connect(server, 0);
            sockets.add(socket);
            threads.add(start(() -> flood(socket, request)));
            threads.add(start(() -> read(socket)));
        }
        try {
            assertTrue(Deadline.in(Deadline.PATIENCE).poll(() -> answered.get() > MANY / 10), "the flood is on");

            for (int i = 0; i < 30; i++) {
                server.post("ann", "beside a flood " + i);
            }

            assertEquals(30, bystanders.texts().size());
        } finally {
            over.set(true);
            sockets.forEach(Http1Socket::close);
            for (var thread : threads) {
                thread.join();
            }
        }
    }

    @LikelyCause(
            "Requests of a pipeline are lost, or answered out of order, when the connection has to wait for its turn.")
    @Test
    void everyRequestOfALongPipelineIsAnsweredInItsOrder() throws Exception {
        try (var client = Http1Socket.connect(server, 0)) {
            var pipeline = new StringBuilder();
            for (int i = 0; i < MANY / 4; i++) {
                pipeline.append("GET /readyz HTTP/1.1\r\nHost: HOST\r\n\r\n");
                pipeline.append("GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n".repeat(i % 3));
            }
            var writer = start(() -> client.sendRaw(pipeline.toString(), 20_000));

            for (int i = 0; i < MANY / 4; i++) {
                assertEquals("ready\n", client.response().body());
                for (int j = 0; j < i % 3; j++) {
                    assertEquals("ok\n", client.response().body());
                }
            }
            writer.join();
        }
        assertEquals(List.of(), bystanders.texts());
    }

    @LikelyCause("The next request of a pipeline is handled before the IO thread has looked at its other connections.")
    @Test
    void othersHaveTheirTurnBetweenTwoRequestsOfAPipeline() throws IOException {
        int count = 300;
        try (var client = Http1Socket.connect(server, 0)) {
            long beganNanos = System.nanoTime();
            client.sendRaw("GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n".repeat(count), 100_000);
            for (int i = 0; i < count; i++) {
                assertEquals("ok\n", client.response().body());
            }

            long tookMs = (System.nanoTime() - beganNanos) / 1_000_000;
            assertTrue(tookMs >= count / 2, count + " requests were handled in " + tookMs + " ms, without a rest");
        }
    }

    private void flood(Http1Socket socket, String request) throws IOException {
        var many = request.repeat(MANY / 10);
        while (!over.get()) {
            socket.sendRaw(many, 16_000);
        }
    }

    private void read(Http1Socket socket) throws IOException {
        while (!over.get() && socket.response() != null) {
            answered.incrementAndGet();
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static Thread start(Step step) {
        var thread = new Thread(() -> {
            try {
                step.run();
            } catch (IOException | RuntimeException | AssertionError e) {
                // The connection was closed, by the test or because the client is refused too often.
            }
        });
        thread.start();
        return thread;
    }
}
