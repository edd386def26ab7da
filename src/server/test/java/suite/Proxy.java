package suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import okhttp3.Request;

/**
 * A real proxy, on a free port of loopback, in front of a server. Its files are in a separate folder under
 * {@code target/proxies}; the process and its children end with {@link #close}, or with this JVM.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Proxy implements AutoCloseable {

    private final ProxyKind kind;
    private final int port;
    private final Path log;
    private final Process process;
    private final String scheme;
    private final Thread atExit = new Thread(this::kill, "suite-kill-proxy");

    private Proxy(ProxyKind kind, int port, Path log, Process process, String scheme) {
        this.kind = kind;
        this.port = port;
        this.log = log;
        this.process = process;
        this.scheme = scheme;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts it in front of this port of localhost and returns when it accepts connections.
     *
     * @param changes alternating texts of the configuration, each of which must exist, and their replacements
     */
    static Proxy start(ProxyKind kind, int server, String... changes) {
        return start(kind, "https", server, changes);
    }

    /** Does the same for a configuration in which the proxy speaks plain HTTP to its clients. */
    static Proxy plain(ProxyKind kind, int server, String... changes) {
        return start(kind, "http", server, changes);
    }

    private static Proxy start(ProxyKind kind, String scheme, int server, String... changes) {
        var program = kind.program();
        try {
            int port = Ports.next();
            var folder = Files.createDirectories(
                    Path.of("target/proxies", kind.file + "-" + port).toAbsolutePath());
            var all = new LinkedHashMap<String, String>();
            for (int i = 0; i < changes.length; i += 2) {
                all.put(changes[i], changes[i + 1]);
            }
            all.putAll(kind.changes(scheme, port, server, folder));
            var site = changed(kind, all);
            var config = Files.writeString(folder.resolve(kind.file), kind.around(site, folder));
            Files.writeString(
                    folder.resolve("both.pem"),
                    Files.readString(Path.of("certs/server.crt")) + Files.readString(Path.of("certs/key.pem")));
            var log = folder.resolve("log");
            var builder = new ProcessBuilder(kind.command(program, folder, config))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().put("HOME", folder.toString());
            builder.environment().put("XDG_DATA_HOME", folder.toString());
            builder.environment().put("XDG_CONFIG_HOME", folder.toString());
            var proxy = new Proxy(kind, port, log, builder.start(), scheme);
            proxy.awaitListening();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String changed(ProxyKind kind, Map<String, String> changes) throws IOException {
        var site = Files.readString(ProxyKind.CONFIGURATIONS.resolve(kind.file));
        for (var change : changes.entrySet()) {
            var text = site.replace(change.getKey(), change.getValue());
            if (text.equals(site) && !change.getKey().startsWith("/etc/")) {
                throw new AssertionError(kind.file + " has no \"" + change.getKey() + "\"");
            }
            site = text;
        }
        return site;
    }

    private void awaitListening() {
        boolean settled = Deadline.in(Deadline.PATIENCE.multipliedBy(2)).poll(() -> !process.isAlive() || listens());
        if (!settled || !process.isAlive()) {
            close();
            throw new AssertionError(kind + " did not start: " + log());
        }
    }

    private boolean listens() {
        try (var socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    /** Returns the address of a path through the proxy. */
    String url(String path) {
        return scheme + "://localhost:" + port + path;
    }

    Request.Builder at(String path) {
        return new Request.Builder().url(url(path));
    }

    /** Returns its output. */
    String log() {
        try {
            return Files.readString(log, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void kill() {
        var children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(1, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Stream.concat(children.stream(), Stream.of(process.toHandle())).forEach(ProcessHandle::destroyForcibly);
    }
}
