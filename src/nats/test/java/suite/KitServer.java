package suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import push.http.Main;

/**
 * One of several servers of this project, as a process of its own, so that it can be killed and frozen.
 *
 * <p><b>Threads:</b> any thread.
 */
final class KitServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);
    /** Longer than any POST waits for NATS. */
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private static final String SERVING = "Serving https://localhost:";

    private final Map<String, String> settings;
    private final OkHttpClient client = Clients.http2();
    private final OkHttpClient requests =
            client.newBuilder().callTimeout(ANSWER).build();
    private final Thread atExit = new Thread(this::kill);
    private Path out;
    private Process process;
    private final int port = Ports.next();

    private KitServer(Map<String, String> settings) {
        this.settings = settings;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts it with these settings and waits until it is ready. */
    static KitServer start(Map<String, String> settings) {
        var server = launch(settings);
        server.awaitReady();
        return server;
    }

    /** Starts it and waits until its port is open, with its log filled or not. */
    static KitServer launch(Map<String, String> settings) {
        var server = new KitServer(settings);
        server.restart();
        return server;
    }

    /** Starts it again, on the same port. */
    void restart() {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(new ArrayList<>(List.of(
                java,
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName())));
        builder.environment().keySet().removeIf(name -> name.startsWith("PUSH_"));
        builder.environment().put("PUSH_PORT", Integer.toString(port));
        builder.environment().put("PUSH_POSTS_PER_SECOND", "0");
        builder.environment().putAll(settings);
        try {
            out = Files.createTempFile("push", ".out");
            process = builder.redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean serves = Deadline.in(START).poll(() -> {
            return said().contains(SERVING + port) || !process.isAlive();
        });
        if (!serves || !process.isAlive()) {
            throw new AssertionError("the server does not serve: " + said());
        }
    }

    /** What it has printed since it was started last. */
    String said() {
        try {
            return Files.readString(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitReady() {
        if (!Deadline.in(START).poll(() -> get("/readyz").status() == 200)) {
            throw new AssertionError("the server is not ready: " + get("/readyz") + " " + said());
        }
    }

    String url(String path) {
        return "https://localhost:" + port + path;
    }

    Answer get(String path) {
        return request(new Request.Builder().url(url(path)));
    }

    /** Sends a request; an answer without a status is one that has not come. */
    Answer request(Request.Builder request) {
        try (var response = Clients.execute(requests, request.build())) {
            return new Answer(
                    response.code(),
                    response.protocol(),
                    response.headers(),
                    response.body().string());
        } catch (IOException e) {
            return new Answer(0, okhttp3.Protocol.HTTP_2, okhttp3.Headers.of(), String.valueOf(e));
        }
    }

    /** Posts a message once, with this key if it is not empty, in which hyphens stand for spaces. */
    Answer post(String user, String text, String key) {
        var json = WireRecord.JSON
                .createObjectNode()
                .put("user", user)
                .put("text", text)
                .toString();
        var request = new Request.Builder().url(url("/messages")).post(JudgedServer.json(json));
        return request(key.isEmpty() ? request : request.header("idempotency-key", key.replace(' ', '-')));
    }

    /** Opens a stream, from this id on if it is not empty. */
    Recorder open(Format format, String lastEventId) {
        var request = new Request.Builder().url(url("/messages")).header("accept", format.mediaType);
        return Recorder.open(
                client,
                lastEventId.isEmpty()
                        ? request.build()
                        : request.header("last-event-id", lastEventId).build(),
                format);
    }

    Status status() {
        return Status.of(get("/status").json());
    }

    void signal(String name) {
        Signal.send(process.pid(), name);
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Drains it, and returns its exit code. */
    int stop() {
        process.destroy();
        return process.onExit().join().exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        Clients.close(client);
        kill();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
