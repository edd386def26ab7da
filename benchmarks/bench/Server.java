package bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A contender that runs in a separate process.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Server implements AutoCloseable {
    /** No port is given out twice: a server may not listen yet when the next one is asked for. */
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(20_000));

    private static final Pattern URL = Pattern.compile("https://localhost:(\\d+)/");
    /** One IO thread, no rate limits, patience with a busy client, and room for everything that a benchmark opens. */
    private static final Map<String, String> SETTINGS = Map.of(
            "PUSH_BODY_MS", "60000",
            "PUSH_PING_TIMEOUT_MS", "60000",
            "PUSH_CERT", "certs/server.crt",
            "PUSH_KEY", "certs/key.pem",
            "PUSH_IO_THREADS", "1",
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0",
            "PUSH_MAX_STREAMS", "200000",
            "PUSH_MAX_STREAMS_PER_CONNECTION", "2000");

    private final Process process;
    private final Contender contender;
    final int port;
    final long startedNanos;

    Server(Contender contender) throws IOException {
        this(contender, Map.of());
    }

    /** Starts it with these additional settings. */
    Server(Contender contender, Map<String, String> more) throws IOException {
        this.contender = contender;
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.putAll(contender.settings());
        settings.putAll(more);
        settings.put("PUSH_PORT", contender.peer() == Peer.NCHAN ? Integer.toString(freePort()) : "0");
        ProcessBuilder builder = new ProcessBuilder(contender.command(settings)).redirectError(log());
        builder.environment().putAll(settings);
        startedNanos = System.nanoTime();
        process = builder.start();
        if (contender.peer() == Peer.NCHAN) {
            port = Integer.parseInt(settings.get("PUSH_PORT"));
            awaitListening(process, port, contender.label());
        } else {
            port = readPort();
        }
    }

    /**
     * Returns a port for programs that cannot choose one and report it, below those that the system gives to clients: no
     * client takes it before its server does.
     */
    static int freePort() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            int port = 10_000 + Math.floorMod(NEXT_PORT.getAndIncrement(), 20_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // It belongs to another program.
            }
        }
        throw new IOException("there is no free port from 10,000 to 30,000");
    }

    static void awaitListening(Process process, int port, String name) throws IOException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (process.isAlive() && System.nanoTime() < deadline) {
            try {
                new Socket("127.0.0.1", port).close();
                return;
            } catch (ConnectException e) {
                LockSupport.parkNanos(1_000_000);
            }
        }
        throw new IOException(name + " does not listen; see target/bench");
    }

    private static File log() throws IOException {
        Path log = Path.of("target", "bench");
        Files.createDirectories(log);
        return log.resolve("server.log").toFile();
    }

    private int readPort() throws IOException {
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher url = URL.matcher(line);
            if (url.find()) {
                return Integer.parseInt(url.group(1));
            }
        }
        throw new IOException(contender.label() + " has ended and served nothing; see target/bench/server.log");
    }

    boolean takesRecords() {
        return contender.peer().takesRecords();
    }

    long pid() {
        return process.pid();
    }

    double cpuMicros() {
        return Experiment.cpuMicros(process.toHandle());
    }

    /** Makes a JVM release the memory that it does not need. */
    void collect() throws IOException {
        if (contender.peer().isJava()) {
            run(jcmd("GC.run"));
        }
    }

    /** Returns resident memory in bytes. */
    long residentBytes() throws IOException {
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

    /** Returns the bytes of live objects on the heap; 0 if it is not a JVM. */
    long heapBytes() throws IOException {
        if (!contender.peer().isJava()) {
            return 0;
        }
        String last = run(jcmd("GC.class_histogram")).strip().lines().reduce("", (a, line) -> line);
        return Long.parseLong(last.strip().split(" +")[2]);
    }

    private List<String> jcmd(String command) {
        return List.of(contender.jdk().program("jcmd"), Long.toString(pid()), command);
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
