package suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A NATS server with JetStream and its own data, for the checks of one class. Without one, the checks are not judged.
 *
 * <p>{@code NATS_SERVER} names the program; otherwise it is searched for where Debian and {@code src/build/nats.sh} put
 * it.
 *
 * <p><b>Threads:</b> JUnit's.
 */
final class NatsNode implements BeforeAllCallback, AfterAllCallback {
    private static final String FETCHED = "target/nats/new/usr/sbin/nats-server";
    private static final Path FETCH = Path.of("src", "build", "nats.sh");

    private final int port = Ports.next();
    private Optional<Process> process = Optional.empty();

    /** Returns the value for PUSH_NATS_URL. */
    String url() {
        return "nats://127.0.0.1:" + port;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        var program = program()
                .orElseThrow(() -> JudgedServer.notJudged(
                        "it needs a nats-server: install one, name it in NATS_SERVER, or run sh src/build/nats.sh"));
        var folder = Files.createTempDirectory("push-nats");
        var config = folder.resolve("nats.conf");
        Files.writeString(
                config,
                "listen: 127.0.0.1:" + port + "\njetstream { store_dir: \"" + folder
                        + "\", max_mem: 64M, max_file: 256M }\n");
        process = Optional.of(new ProcessBuilder(program.toString(), "-c", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start());
        if (!Deadline.in(Deadline.PATIENCE).poll(this::listens)) {
            throw new AssertionError(
                    "nats-server does not listen at " + url() + ": " + Files.readString(folder.resolve("log")));
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        process.ifPresent(running -> running.destroyForcibly().onExit().join());
    }

    private boolean listens() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<Path> program() throws IOException {
        var found = Stream.of(System.getenv().getOrDefault("NATS_SERVER", ""), "/usr/sbin/nats-server", FETCHED)
                .filter(path -> !path.isBlank())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        return found.isEmpty() && Files.exists(FETCH) ? fetched() : found;
    }

    /** Lets the script fetch a server, and returns the path that the script prints. */
    private static Optional<Path> fetched() throws IOException {
        var process = new ProcessBuilder("sh", FETCH.toString()).start();
        var path = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        return path.isEmpty() ? Optional.empty() : Optional.of(Path.of(path)).filter(Files::isExecutable);
    }
}
