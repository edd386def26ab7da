package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.Undertow;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the example of README and DESIGN over HTTP/1.1 and over Undertow's HTTP/2. */
@Timeout(120)
final class EmbeddedTest {
    private final Embedded embedded = new Embedded();
    private final Undertow server = start();
    private final int port =
            ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();

    private Undertow start() {
        var started = embedded.server(0);
        started.start();
        return started;
    }

    @AfterEach
    void stop() {
        embedded.drain();
        server.stop();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "H2_PRIOR_KNOWLEDGE"})
    void streamsHaveWhatClientsPostAndWhatTheServersOwnCodePublishes(Protocol protocol) throws Exception {
        var client = new OkHttpClient.Builder().protocols(List.of(protocol)).build();
        try (Response stream = get(client, "/feed/messages")) {
            var lines = stream.body().source();
            assertTrue(
                    lines.readUtf8LineStrict().startsWith("{\"type\":\"start\",\"resumed\":false,\"reason\":\"new\""));

            assertEquals("message 1", told("deployed", "k"));
            assertEquals("message 1, again", told("deployed", "k"));
            assertEquals("this key was used for another message", told("rolled back", "k"));
            assertTrue(lines.readUtf8LineStrict().contains("\"user\":\"ops\",\"text\":\"deployed\""));

            assertEquals(201, post(client, "{\"user\":\"ann\",\"text\":\"hi\"}"));
            assertTrue(lines.readUtf8LineStrict().contains("\"user\":\"ann\",\"text\":\"hi\""));

            embedded.drain();
            assertTrue(lines.readUtf8LineStrict().startsWith("{\"type\":\"bye\",\"reason\":\"drain\""));
            assertTrue(lines.exhausted());
        }
    }

    @Test
    void restOfTheServerIsItsOwn() throws IOException {
        var client = new OkHttpClient();
        try (Response hello = get(client, "/");
                Response page = get(client, "/feed/");
                Response nothing = get(client, "/messages")) {
            assertEquals("hello", hello.body().string());
            assertEquals(200, page.code());
            assertEquals(404, nothing.code());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "H2_PRIOR_KNOWLEDGE"})
    void pageThatCameOverPlainHttpMayPostOverIt(Protocol protocol) throws IOException {
        var client = new OkHttpClient.Builder().protocols(List.of(protocol)).build();

        assertEquals(201, post(client, "{\"user\":\"ann\",\"text\":\"hi\"}", "http://localhost:" + port));
        assertEquals(403, post(client, "{\"user\":\"ann\",\"text\":\"hi\"}", "https://localhost:" + port));
    }

    @Test
    void prefixWithoutItsSlashLeadsToThePage() throws IOException {
        try (Response page = get(new OkHttpClient(), "/feed");
                Response nothing = get(new OkHttpClient(), "/feed/nothing")) {
            assertEquals(200, page.code());
            assertEquals("/feed/", page.request().url().encodedPath());
            assertTrue(nothing.body().string().contains("messages are at /feed/messages"));
        }
    }

    @Test
    void messageThatNoClientMayPostIsRefusedToTheServersOwnCodeToo() {
        var refused = assertThrows(IllegalArgumentException.class, () -> embedded.tell("ops", "", null));

        assertEquals("text has 0 characters", refused.getMessage());
    }

    private String told(String text, String key) throws Exception {
        return embedded.tell("ops", text, key).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private Response get(OkHttpClient client, String path) throws IOException {
        var request =
                new Request.Builder().url("http://localhost:" + port + path).header("accept", "application/x-ndjson");
        return client.newCall(request.build()).execute();
    }

    private int post(OkHttpClient client, String json, String... origin) throws IOException {
        var request = new Request.Builder()
                .url("http://localhost:" + port + "/feed/messages")
                .headers(origin.length == 0 ? Headers.of() : Headers.of("origin", origin[0]))
                .post(RequestBody.create(json, MediaType.get("application/json")));
        try (Response response = client.newCall(request.build()).execute()) {
            return response.code();
        }
    }
}
