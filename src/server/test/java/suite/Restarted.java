package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/**
 * The server as a process that SIGTERM ends and that is started again on the same port, as in a deployment.
 *
 * <p><b>Threads:</b> confined to the thread of its tests.
 */
final class Restarted implements AutoCloseable {

    private static final Pattern ADDRESS = Pattern.compile("https://localhost:(\\d+)/");
    private static final int PATIENCE_S = 60;

    private final Map<String, String> settings = new HashMap<>(Map.of("PUSH_PORT", "0"));
    private final OkHttpClient client = Clients.http2();
    private Process process;

    /** Starts it with these settings, as alternating names and values. */
    Restarted(String... more) {
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        start();
    }

    /** Starts it, or starts it again on its previous port. */
    void start() {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "push.http.Main");
        builder.environment().keySet().removeIf(name -> name.startsWith("PUSH_"));
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().putAll(settings);
        try {
            process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            var address = ADDRESS.matcher(process.inputReader().readLine());
            assertTrue(address.find(), "the first line must tell the address");
            settings.put("PUSH_PORT", address.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    void awaitEnd() {
        try {
            assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS), "it must end, but it goes on");
            assertEquals(0, process.exitValue());
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        }
    }

    int port() {
        return Integer.parseInt(settings.get("PUSH_PORT"));
    }

    String url(String path) {
        return "https://localhost:" + port() + path;
    }

    /** Returns a client whose stream stops after ten bytes, so that a drain takes its full time. */
    RawClient stalled() {
        var peer = RawClient.connect("localhost", port(), RawClient.Options.PLAIN.window(10));
        var stream = peer.open(Format.NDJSON);
        peer.await(frame -> stream.text().length() == 10, "ten bytes");
        return peer;
    }

    /** Posts these texts, one after another. */
    void post(List<String> texts) {
        for (var text : texts) {
            var json = WireRecord.JSON.createObjectNode().put("user", "ann").put("text", text);
            var request = new Request.Builder().url(url("/messages")).post(JudgedServer.json(json.toString()));
            assertEquals(201, status(request), "POST of " + text);
        }
    }

    /** Returns the number of streams that it has refused so far. */
    long refused() {
        return streams("refused");
    }

    /** Returns the number of streams that it holds. */
    long open() {
        return streams("open");
    }

    private long streams(String figure) {
        var request = new Request.Builder().url(url("/status")).build();
        try (var response = client.newCall(request).execute()) {
            return WireRecord.object(response.body().string())
                    .path("streams")
                    .path(figure)
                    .asLong();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int status(Request.Builder request) {
        try (var response = client.newCall(request.build()).execute()) {
            return response.code();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Clients.close(client);
        process.destroyForcibly().onExit().join();
    }
}
