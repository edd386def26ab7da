package suite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import okhttp3.HttpUrl;

/**
 * A server in any language that a command starts, in a separate process for each {@link JudgedServer}. It finds the
 * settings of the checks in its environment, including {@code PUSH_PORT=0}, and prints the address where it serves:
 * {@code https://localhost:PORT/}. It is ended together with all processes that it has started.
 *
 * <p><b>Threads:</b> any thread.
 */
final class StartedByCommand implements Launch {

    /** A variable in the environment of all processes of a server's command; its value is unique to the server. */
    private static final String MARK = "SUITE_STARTED";

    private static final Duration LAST_WORDS = Duration.ofMillis(100);

    private final String command;
    private final Process process;
    private final String mark;
    private final ProcessOutput output;
    /** The time that the server may take until it serves. */
    private final Duration start;

    private final Thread atExit = new Thread(this::kill, "suite-kill");
    private int port;
    private volatile boolean drained; // Volatile: drained on one thread of a test, asked for last words on another.

    private StartedByCommand(String command, Process process, String mark, Duration start) {
        this.command = command;
        this.mark = mark;
        this.start = start;
        this.process = process;
        output = ProcessOutput.of(process);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    static StartedByCommand start(String command, Map<String, String> settings) {
        return start(command, settings, Options.current().start());
    }

    static StartedByCommand start(String command, Map<String, String> settings, Duration start) {
        var builder = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PUSH_"));
        Debugger.leaveOut(builder.environment());
        builder.environment().putAll(settings);
        var mark = MARK + "=" + UUID.randomUUID();
        builder.environment().put(MARK, mark.substring(MARK.length() + 1));
        try {
            var process = builder.start();
            process.getOutputStream().close();
            var server = new StartedByCommand(command, process, mark, start);
            server.awaitServing();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitServing() {
        var deadline = Deadline.in(start);
        boolean settled = deadline.poll(() -> !process.isAlive() || serves());
        if (settled && process.isAlive()) {
            return;
        }
        var fault = !process.isAlive()
                ? "ended with exit code " + process.exitValue() + " before it served"
                : port == 0
                        ? "did not say within " + Deadline.say(start)
                                + " where it serves (https://localhost:PORT/; is its output flushed?)"
                        : "says that it serves at port " + port + ", but does not listen there"
                                + (answers() ? ": another process does" : "");
        kill();
        output.awaitEnd();
        throw new AssertionError("the server " + fault + "; " + output.last() + command());
    }

    /** Returns whether the process has printed where it serves, and is itself the one that listens there. */
    private boolean serves() {
        port = output.port().orElse(0);
        return port != 0 && Listeners.has(processes(), port).orElseGet(this::answers);
    }

    private boolean answers() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("localhost", port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public HttpUrl root() {
        return HttpUrl.get("https://localhost:" + port + "/");
    }

    /** Sends the SIGTERM to the process that serves, if the system tells which; the shell above it ends by itself. */
    @Override
    public CompletableFuture<?> drain() {
        drained = true;
        serving().toList().forEach(ProcessHandle::destroy);
        return process.onExit();
    }

    @Override
    public long pid() {
        return serving().mapToLong(ProcessHandle::pid).findFirst().orElse(-1);
    }

    private Stream<ProcessHandle> serving() {
        return processes().filter(one -> Listeners.has(Stream.of(one), port).orElse(true));
    }

    @Override
    public void mark() {
        output.mark();
    }

    @Override
    public String aside() {
        // A connection is cut before the process has ended, and both happen before everything has been read.
        boolean ended = Deadline.in(drained ? Deadline.PATIENCE : LAST_WORDS).poll(() -> !process.isAlive());
        if (ended) {
            output.awaitEnd();
        }
        var printed = output.sinceMark();
        if (ended) {
            return "The server has ended, with exit code " + process.exitValue()
                    + (printed.isEmpty() ? "." : ". It had printed:" + printed);
        }
        return printed.isEmpty() ? "" : "Meanwhile the server printed:" + printed;
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(atExit);
        if (!Deadline.in(Deadline.PATIENCE).poll(() -> !answers())) {
            throw new AssertionError("the server has been ended, and still port " + port
                    + " answers: either another process was judged in its place, or it has left one behind"
                    + command());
        }
    }

    private void kill() {
        processes().toList().forEach(ProcessHandle::destroyForcibly);
        try {
            boolean gone = process.waitFor(Deadline.patienceMs(), TimeUnit.MILLISECONDS);
            assert gone;
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        }
        ProcessHandle.allProcesses().filter(this::isMarked).forEach(ProcessHandle::destroyForcibly);
    }

    /** Returns whether the command started it, even if it has lost its parent; false where the system does not tell. */
    private boolean isMarked(ProcessHandle other) {
        try {
            var environment = Files.readAllBytes(Path.of("/proc", String.valueOf(other.pid()), "environ"));
            return new String(environment, ISO_8859_1).contains(mark);
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the command's process and all processes that it has started. */
    private Stream<ProcessHandle> processes() {
        return Stream.concat(process.descendants(), Stream.of(process.toHandle()));
    }

    /** Returns the command for a failure message, or nothing if it is too long to have been typed by a person. */
    private String command() {
        return command.length() > 400 ? "" : "\n  command: " + command;
    }
}
