package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.tls.HandshakeCertificates;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import push.MessageLog;
import push.NewMessage;
import push.Publisher;
import push.Publisher.Outcome.Stored;
import push.Settings;
import push.Shards;
import push.Stats;

/** A publisher that takes its time, like one backed by a broker. */
@Timeout(120)
class SlowPublisherTest {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CompletableFuture<Runnable> later = new CompletableFuture<>();
    private volatile Runnable beforeItCloses = () -> {};
    private final PushServer server =
            new PushServer(Config.from(Map.of("PUSH_PORT", "0", "PUSH_DRAIN_MS", "20000")), Slow::new);
    private final OkHttpClient client = client();

    private final class Slow implements Publisher {
        private final MessageLog log;
        private final Shards shards;

        Slow(Settings settings, MessageLog log, Shards shards, Stats stats) {
            this.log = log;
            this.shards = shards;
        }

        @Override
        public CompletionStage<Outcome> publish(NewMessage posted, String idempotencyKey) {
            var outcome = new CompletableFuture<Outcome>();
            later.complete(() -> {
                var message = log.append(posted, System.currentTimeMillis());
                shards.wake();
                outcome.complete(new Stored(message, false));
            });
            asked.countDown();
            return outcome;
        }

        @Override
        public void close() {
            beforeItCloses.run();
            closed.countDown();
        }
    }

    @AfterEach
    void stop() {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
        server.close();
    }

    @Test
    void drainWaitsForWhatIsBeingPublished() throws Exception {
        var stream = client.newCall(
                        request().header("accept", "application/x-ndjson").build())
                .execute();
        var body = RequestBody.create("{\"user\":\"ann\",\"text\":\"late\"}", MediaType.get("application/json"));
        var status = CompletableFuture.supplyAsync(
                () -> {
                    try (var answer =
                            client.newCall(request().post(body).build()).execute()) {
                        return answer.code() + "";
                    } catch (IOException e) {
                        return e.toString();
                    }
                },
                SlowPublisherTest::start);
        assertTrue(asked.await(60, TimeUnit.SECONDS));

        var drained = CompletableFuture.runAsync(server::drain, SlowPublisherTest::start);
        assertTrue(closed.await(60, TimeUnit.SECONDS));
        later.join().run();

        assertEquals("201", status.join());
        var records = stream.body().string();
        drained.join();
        assertTrue(records.indexOf("late") > 0 && records.indexOf("late") < records.indexOf("bye"), records);
    }

    /** Without a delay, a load balancer that sees it unready knows that nothing more is accepted. */
    @Test
    void serverIsReadyForAsLongAsItAcceptsMessages() {
        var readiness = new CompletableFuture<String>();
        beforeItCloses = () -> readiness.complete(get("/readyz"));

        server.drain();

        assertEquals("200", readiness.join());
        assertEquals("503", get("/readyz"));
    }

    private String get(String path) {
        var url = "https://localhost:" + server.port() + path;
        try (var answer = client.newCall(new Request.Builder().url(url).build()).execute()) {
            return answer.code() + "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Starts a thread for each, because the common pool may have only one, and these wait for each other. */
    private static void start(Runnable task) {
        new Thread(task).start();
    }

    private Request.Builder request() {
        return new Request.Builder().url("https://localhost:" + server.port() + "/messages");
    }

    private static OkHttpClient client() {
        var anybody =
                new HandshakeCertificates.Builder().addInsecureHost("localhost").build();
        return new OkHttpClient.Builder()
                .sslSocketFactory(anybody.sslSocketFactory(), anybody.trustManager())
                .build();
    }
}
