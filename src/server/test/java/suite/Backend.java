package suite;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import push.http.PushServer;
import push.http.RunningServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The reference server behind a relay, for tests of a browser's view when servers die and networks fail: the address
 * stays the same, whatever happens to the server. A test class that registers it need not close it: in a static field
 * it lives as long as the class, in any other field as long as the test.
 *
 * <p><b>Threads:</b> confined to the thread of its tests.
 */
final class Backend implements AutoCloseable, BeforeAllCallback, AfterEachCallback, AfterAllCallback {

    private static final JsonMapper JSON = new JsonMapper();

    private final Map<String, String> settings = new HashMap<>();
    private final FaultyProxy relay;
    private RunningServer server;
    private OkHttpClient client;
    private boolean runs;
    private boolean isShared;

    /** Starts it with a heartbeat each second and these other settings, as alternating names and values. */
    Backend(String... more) {
        settings.put("PUSH_PORT", "0");
        settings.put("PUSH_HEARTBEAT_MS", "1000");
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        startServer();
        relay = FaultyProxy.to(server.port());
    }

    /** Returns the address that the browser knows. */
    String url(String path) {
        return relay.url(path);
    }

    FaultyProxy relay() {
        return relay;
    }

    /** Does the same as SIGTERM. */
    void drain() {
        server.drain();
        stop();
    }

    /** Removes the server immediately, as if killed, together with its connections; new ones are refused. */
    void stop() {
        relay.refuse();
        closeServer();
        relay.reset();
    }

    /** Starts another server, with a new and empty log, at the same address. */
    void startAgain() {
        startServer();
        relay.redirect(server.port());
        relay.pass();
    }

    /** Posts past the relay, so that it works whether or not the browser can reach the server. */
    void post(String user, String text) {
        var json = JSON.createObjectNode().put("user", user).put("text", text).toString();
        var body = RequestBody.create(json, MediaType.get("application/json"));
        send(new Request.Builder().url(direct("/messages")).post(body).build(), 201);
    }

    /** Returns the number of messages that the server has accepted. */
    long posted() {
        return send(new Request.Builder().url(direct("/status")).build(), 200)
                .path("messages")
                .path("posted")
                .asLong();
    }

    private String direct(String path) {
        return "https://localhost:" + server.port() + path;
    }

    private JsonNode send(Request request, int expected) {
        try (Response response = client.newCall(request).execute()) {
            if (response.code() != expected) {
                throw new AssertionError(request.url() + " answered " + response.code() + ", not " + expected);
            }
            return JSON.readTree(response.body().string());
        } catch (IOException e) {
            throw new AssertionError(request.url() + " was not answered: " + e, e);
        }
    }

    @Override
    public void close() {
        relay.close();
        closeServer();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        isShared = true;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (!isShared) {
            close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    private void startServer() {
        server = PushServer.start(settings);
        client = Clients.http2();
        runs = true;
    }

    private void closeServer() {
        if (runs) {
            runs = false;
            Clients.close(client);
            server.close();
        }
    }
}
