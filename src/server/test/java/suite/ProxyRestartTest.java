package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import push.http.PushServer;
import push.http.RunningServer;

/**
 * The server restarts behind each proxy, on the same port: meanwhile a proxy has no server to ask, and any status but
 * 200 would end an EventSource for good (WHATWG HTML, 9.2.3).
 */
@Tag("proxies")
@Timeout(300)
class ProxyRestartTest {

    /** Some proxies answer before, and others wait for the server to be there again. */
    private static final Duration A_WHILE = Duration.ofMillis(2_500);

    @RegisterExtension
    static final Chromium chromium = new Chromium();

    private final OkHttpClient client = Clients.http2();
    private final Map<String, String> settings = new HashMap<>(Map.of("PUSH_PORT", "0"));
    private RunningServer server;

    @BeforeEach
    void start() {
        server = PushServer.start(settings);
        settings.put("PUSH_PORT", Integer.toString(server.port()));
    }

    @AfterEach
    void stop() {
        Clients.close(client);
        server.close();
    }

    private void startAgain() {
        server = PushServer.start(settings);
    }

    @ParameterizedTest
    @EnumSource
    @LikelyCause("The proxy answers an EventSource by a 502 while the server is away.")
    void whileTheServerIsAwayAnEventSourceIsNotRefused(ProxyKind kind) {
        try (var proxy = Proxy.start(kind, server.port())) {
            assertEquals(200, stream(proxy).join());
            server.close();

            var away = stream(proxy);
            boolean soon = Deadline.exactly(A_WHILE).poll(away::isDone);
            startAgain();

            boolean answered =
                    soon || Deadline.in(Deadline.PATIENCE.multipliedBy(2)).poll(away::isDone);
            assertTrue(answered, "an answer, once the server is there again");
            assertEquals(200, away.join());
            assertEquals(200, stream(proxy).join(), "the status when the server is there again");
        }
    }

    @ParameterizedTest
    @EnumSource
    @LikelyCause("A restart has ended the EventSource, or its last id is lost on the way.")
    void anEventSourceComesBackAfterARestart(ProxyKind kind) {
        try (var proxy = Proxy.start(kind, server.port())) {
            chromium.driver().get(proxy.url("/healthz"));
            chromium.run("""
                    window.texts = [];
                    window.source = new EventSource('/messages');
                    source.onmessage = ({ data }) => texts.push(JSON.parse(data).text);
                    source.addEventListener('start', ({ data }) => texts.push(JSON.parse(data).reason));
                    """);
            await("new");
            post("before");
            await("before");

            server.drain();
            server.close();
            startAgain();
            post("after");

            await("after");
            assertEquals(List.of("new", "before", "epoch", "after"), texts());
        }
    }

    private void await(String text) {
        chromium.await("\"" + text + "\" from the EventSource", () -> texts().contains(text));
    }

    private static List<String> texts() {
        return chromium.run("return texts");
    }

    private CompletableFuture<Integer> stream(Proxy proxy) {
        var request =
                proxy.at("/messages").header("accept", "text/event-stream").build();
        return CompletableFuture.supplyAsync(() -> status(request), Threads.named("suite-away"));
    }

    private int status(Request request) {
        var stream = Recorder.open(client, request, Format.ANY);
        stream.cancel();
        return stream.status();
    }

    private void post(String text) {
        var fresh = Clients.http2();
        try (var response = fresh.newCall(new Request.Builder()
                        .url("https://localhost:" + server.port() + "/messages")
                        .post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"" + text + "\"}"))
                        .build())
                .execute()) {
            assertEquals(201, response.code());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            Clients.close(fresh);
        }
    }
}
