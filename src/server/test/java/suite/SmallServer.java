package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The server in a separate JVM with little memory, new for each test, with an honest client and any number of
 * attackers.
 *
 * <p><b>Threads:</b> the test's.
 */
final class SmallServer implements BeforeEachCallback, AfterEachCallback {

    private final String flags;
    private final Map<String, String> settings;
    private final List<RawClient> attackers = new ArrayList<>();
    private OkHttpClient client;
    private StartedByCommand server;

    private SmallServer(String flags, Map<String, String> settings) {
        this.flags = flags;
        this.settings = settings;
    }

    /**
     * Creates a server without rate limits.
     *
     * @param flags of its JVM
     * @param settings alternating names and values
     */
    static SmallServer with(String flags, String... settings) {
        var all = new HashMap<>(Map.of("PUSH_PORT", "0", "PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return new SmallServer(flags, Map.copyOf(all));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        client = Clients.http2();
        server = StartedByCommand.start(
                "exec '" + java + "' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 " + flags + " -cp '"
                        + System.getProperty("java.class.path") + "' push.http.Main",
                settings);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        closeAttackers();
        Clients.close(client);
        server.close();
    }

    long pid() {
        return server.pid();
    }

    /** Connects a client that may do what no honest client does. */
    RawClient attacker(RawClient.Options options) {
        var root = server.root();
        var attacker = RawClient.connect(root.host(), root.port(), options);
        attackers.add(attacker);
        return attacker;
    }

    void closeAttackers() {
        attackers.forEach(RawClient::close);
        attackers.clear();
    }

    /** Opens a stream of the honest client. */
    Recorder open(Format format) {
        return Recorder.open(
                client, at("/messages").header("accept", format.mediaType).build(), format);
    }

    void post(String text) {
        var request = at("/messages")
                .post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"" + text + "\"}"))
                .header("idempotency-key", UUID.randomUUID().toString());
        assertEquals(201, send(request).status());
    }

    Status status() {
        return Status.of(send(at("/status")).json());
    }

    private Request.Builder at(String path) {
        return new Request.Builder().url(server.root().resolve(path));
    }

    private Answer send(Request.Builder request) {
        try (var response = client.newCall(request.build()).execute()) {
            return new Answer(
                    response.code(),
                    response.protocol(),
                    response.headers(),
                    response.body().string());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
