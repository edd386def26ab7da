package bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A peer that runs in a process of its own.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Server implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("https://localhost:(\\d+)/");
    /** One IO thread, no limits on rates, and rests that no benchmark reaches. */
    private static final Map<String, String> SETTINGS = Map.of(
            "PUSH_PORT", "0",
            "PUSH_CERT", "certs/server.crt",
            "PUSH_KEY", "certs/key.pem",
            "PUSH_IO_THREADS", "1",
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0",
            "PUSH_MAX_STREAMS", "100000");

    private final Process process;
    private final boolean isJava;
    final int port;

    Server(Peer peer) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(peer.command()).redirectError(log());
        builder.environment().putAll(SETTINGS);
        process = builder.start();
        isJava = peer.isJava();
        port = readPort(peer);
    }

    private static File log() throws IOException {
        Path log = Path.of("target", "bench");
        Files.createDirectories(log);
        return log.resolve("server.log").toFile();
    }

    private int readPort(Peer peer) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher url = URL.matcher(line);
            if (url.find()) {
                return Integer.parseInt(url.group(1));
            }
        }
        throw new IOException(peer.label + " has ended and served nothing; see target/bench/server.log");
    }

    long pid() {
        return process.pid();
    }

    /** Resident memory in bytes, after a collection if it is a JVM. */
    long residentBytes() throws IOException {
        if (isJava) {
            run(jcmd("GC.run"));
        }
        Path status = Path.of("/proc", Long.toString(pid()), "status");
        if (Files.exists(status)) {
            try (Stream<String> lines = Files.lines(status)) {
                return lines.filter(line -> line.startsWith("VmRSS:"))
                                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                                .sum()
                        * 1024;
            }
        }
        return Long.parseLong(run(List.of("ps", "-o", "rss=", "-p", Long.toString(pid())))
                        .strip())
                * 1024;
    }

    /** Bytes of live objects on the heap; 0 if it is no JVM. */
    long heapBytes() throws IOException {
        if (!isJava) {
            return 0;
        }
        String last = run(jcmd("GC.class_histogram")).strip().lines().reduce("", (a, line) -> line);
        return Long.parseLong(last.strip().split(" +")[2]);
    }

    private List<String> jcmd(String command) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return List.of(jcmd, Long.toString(pid()), command);
    }

    static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new UncheckedIOException(new IOException("Process " + pid() + " does not end"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
