package suite;

import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.ErrorStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.StreamException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A client that always comes back by itself, written as its library's documentation says, with all records that it has
 * had.
 *
 * <p><b>Threads:</b> any thread; it reads on one of its own, or is a process.
 */
final class ComeBack implements AutoCloseable {

    final String name;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final List<Runnable> parts = new ArrayList<>();
    private volatile boolean over; // Volatile: read by the reading thread.

    private ComeBack(String name) {
        this.name = name;
    }

    /** Returns one of each client that we know, all reading this address. */
    static List<ComeBack> all(String url) {
        var all = new ArrayList<ComeBack>();
        for (var script : List.of("eventsource", "fetch-event-source", "undici-eventsource", "undici-fetch")) {
            all.add(new ComeBack(script)
                    .run(node(), Npm.FOLDER.resolve(script + ".mjs").toString(), url));
        }
        all.add(new ComeBack("curl --retry")
                .run("sh", Npm.FOLDER.resolve("curl.sh").toString(), url));
        all.add(new ComeBack("okhttp-eventsource").okHttp(url));
        all.add(new ComeBack("java.net.http").java(url));
        return all;
    }

    /** Returns the Node that npm installed, if there is one for this machine. */
    private static String node() {
        Npm.file("undici/package.json");
        var processor = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x64";
        var brought = Npm.FOLDER.resolve("node_modules/node-linux-" + processor + "/bin/node");
        return Files.isExecutable(brought) ? brought.toString() : "node"; // It has to be 22.12 or newer.
    }

    private ComeBack run(String... words) {
        var builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment()
                .put(
                        "NODE_EXTRA_CA_CERTS",
                        Path.of("certs/server.crt").toAbsolutePath().toString());
        try {
            var process = builder.start();
            parts.add(() -> Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                    .toList()
                    .forEach(ProcessHandle::destroyForcibly));
            Threads.named("suite-come-back")
                    .execute(() -> process.inputReader().lines().forEach(lines::add));
            return this;
        } catch (IOException e) {
            throw new AssertionError("cannot run " + words[0] + ": " + e.getMessage(), e);
        }
    }

    private ComeBack okHttp(String url) {
        var client = Clients.http2();
        var source = new EventSource.Builder(
                        ConnectStrategy.http(URI.create(url)).httpClient(client))
                .errorStrategy(ErrorStrategy.alwaysContinue())
                .build();
        parts.add(() -> {
            source.close();
            Clients.close(client);
        });
        Threads.named("suite-come-back").execute(() -> {
            try {
                source.start();
                while (!over) {
                    if (source.readAnyEvent() instanceof MessageEvent event
                            && (event.getEventName().equals("message")
                                    || event.getEventName().equals("bye"))) {
                        lines.add(event.getData());
                    }
                }
            } catch (StreamException e) {
                lines.add("closed for good");
            }
        });
        return this;
    }

    /** Starts the JDK's client, which reads lines and resumes by hand. */
    private ComeBack java(String url) {
        var client = HttpClient.newBuilder()
                .sslContext(Trust.inTheServer().context())
                .build();
        Threads.named("suite-come-back").execute(() -> {
            while (!over) {
                LockSupport.parkNanos(readOnce(client, url) * 1_000_000);
            }
        });
        return this;
    }

    /** Reads one stream to its end, and returns the number of milliseconds to stay away. */
    private long readOnce(HttpClient client, String url) {
        var request = HttpRequest.newBuilder(URI.create(url)).header("accept", "application/x-ndjson");
        records("message")
                .reduce((a, b) -> b)
                .ifPresent(
                        last -> request.header("last-event-id", last.path("id").asString("")));
        long[] waitMs = {500};
        try {
            var response =
                    client.sendAsync(request.build(), BodyHandlers.ofLines()).join();
            if (response.statusCode() != 200) {
                lines.add("{\"type\":\"refused\",\"status\":" + response.statusCode() + "}");
                return response.headers().firstValueAsLong("retry-after").orElse(1) * 1_000;
            }
            try (var body = response.body()) {
                body.forEach(line -> {
                    if (line.startsWith("{\"type\":\"message\"") || line.startsWith("{\"type\":\"bye\"")) {
                        lines.add(line);
                        waitMs[0] = line.contains("\"bye\"")
                                ? WireRecord.object(line).path("retryMs").asLong()
                                : 500;
                    }
                });
            }
        } catch (RuntimeException e) {
            // The connection was refused or has ended; earlier records are known.
        }
        return waitMs[0];
    }

    private Stream<JsonNode> records(String type) {
        return lines.stream()
                .filter(line -> line.startsWith("{"))
                .map(WireRecord::object)
                .filter(record -> record.path("type").asString("").equals(type));
    }

    /** Returns the texts of the messages that it has had, in order. */
    List<String> texts() {
        return records("message")
                .map(record -> record.path("text").asString(""))
                .toList();
    }

    /** Returns the number of byes with this reason. */
    long byes(String reason) {
        return records("bye")
                .filter(record -> record.path("reason").asString("").equals(reason))
                .count();
    }

    /** Returns how often it was told that it opens streams too fast, or holds too many: by 429, or by a bye instead. */
    long told429() {
        return byes("rate")
                + byes("streams")
                + records("refused")
                        .filter(record -> record.path("status").asInt() == 429)
                        .count()
                + lines.stream()
                        .filter(line -> line.contains("HTTP error. Will retry"))
                        .count();
    }

    /** Returns all its output, for a test that fails. */
    @Override
    public String toString() {
        return name + " " + lines;
    }

    @Override
    public void close() {
        over = true;
        parts.forEach(Runnable::run);
    }
}
