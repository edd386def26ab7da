package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import push.http.Main;

/** The command as a separate process: its output, its reactions to signals, and its end. */
class SignalsTest {

    private static final Pattern ADDRESS = Pattern.compile("https://localhost:(\\d+)/");
    private static final Duration START = Duration.ofSeconds(30);

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (var resource : opened) {
            resource.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM", "INT", "HUP"})
    @LikelyCause("A signal ends the process before its streams have been told, or is not heard at all.")
    void theFirstSignalDrainsAndEndsWithZero(String signal) {
        var server = start(Map.of());
        var client = client(server);
        var stream = client.open(Format.NDJSON);

        server.signal(signal);

        stream.next("start");
        assertTrue(stream.next("bye").number("retryMs") >= 1_000);
        client.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY");
        assertEquals(0, server.exit());
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "HUP, 129"})
    @LikelyCause("An operator who cannot wait for the drain has to kill the process.")
    void theSecondSignalEndsTheServerImmediately(String signal, int code) {
        var server = start(Map.of("PUSH_DRAIN_MS", "3600000"));
        stalled(server);
        var other = client(server).open(Format.NDJSON);
        server.signal(signal);
        other.next("start");
        other.next("bye"); // The first signal has been heard.

        server.signal(signal);

        assertEquals(code, server.exit());
    }

    @Test
    @LikelyCause("A reader that has stopped takes the time in which the others are told that their connection is over.")
    void aStreamThatDoesNotMoveEndsNeitherLateNorBeforeTheOthersAreTold() {
        var server = start(Map.of("PUSH_DRAIN_MS", "5000")); // Of which a tenth is for the GOAWAY.
        var stalled = stalled(server);
        var client = client(server);
        var stream = client.open(Format.NDJSON);

        server.signal("TERM");

        stream.next("start");
        stream.next("bye");
        client.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY");
        stalled.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY");
        assertEquals(0, server.exit());
    }

    @Test
    @LikelyCause("A process that was started by nohup is ended all the same when its terminal closes.")
    void aHangupThatTheParentIgnoresStaysIgnored() {
        var server = start(Map.of(), "sh", "-c", "trap '' HUP; exec \"$@\"", "sh");
        var stream = client(server).open(Format.NDJSON);
        stream.next("start");

        server.signal("HUP");

        boolean ended = Deadline.exactly(Duration.ofMillis(500)).poll(() -> !server.process.isAlive());
        assertTrue(!ended, "a hangup that is ignored has ended it");
        assertEquals(200, client(server).open(Format.NDJSON).status());
        server.signal("TERM");
        stream.next("bye");
        assertEquals(0, server.exit());
    }

    @Test
    @LikelyCause("An operator who does not want to wait for load balancers has to kill the process.")
    void theSecondSignalEndsTheDelayBeforeTheDrainToo() {
        var server = start(Map.of("PUSH_DRAIN_DELAY_MS", "3600000"));
        var stream = client(server).open(Format.NDJSON);
        stream.next("start");
        server.signal("HUP");
        server.awaitLine("Going down");

        server.signal("TERM");

        assertEquals(143, server.exit());
    }

    /** Returns a client with a stream that has stopped after ten bytes. */
    private RawClient stalled(Server server) {
        var client = client(server, RawClient.Options.PLAIN.window(10));
        var stream = client.open(Format.NDJSON);
        client.await(frame -> stream.text().length() == 10, "ten bytes");
        return client;
    }

    private RawClient client(Server server) {
        return client(server, RawClient.Options.PLAIN);
    }

    private RawClient client(Server server, RawClient.Options options) {
        var client = RawClient.connect("localhost", server.port, options);
        opened.add(client);
        return client;
    }

    private Server start(Map<String, String> settings, String... under) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try {
            var words = new ArrayList<>(List.of(under));
            words.addAll(List.of(java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", Main.class.getName()));
            var builder = new ProcessBuilder(hearing(words));
            builder.environment().keySet().removeIf(name -> name.startsWith("PUSH_"));
            builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            builder.environment().put("PUSH_PORT", "0");
            builder.environment().put("PUSH_STALL_MS", "3600000");
            builder.environment().putAll(settings);
            var process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            opened.add(process::destroyForcibly);
            var lines = process.inputReader();
            var address = ADDRESS.matcher(lines.readLine());
            assertTrue(address.find(), "the first line must tell the address");
            return new Server(process, lines, Integer.parseInt(address.group(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the command in a form that hears signals. A JVM that is started with a signal ignored never hears it:
     * SIGINT, as shells do to background jobs, or SIGHUP, as nohup does.
     */
    private static List<String> hearing(List<String> command) throws IOException {
        var all = new ArrayList<String>();
        var status = Path.of("/proc/self/status");
        if (Files.exists(status)) {
            var ignored = Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .sum();
            if ((ignored & (1 << 2 - 1 | 1 << 1 - 1)) != 0) {
                all.addAll(List.of("env", "--default-signal=INT,HUP"));
            }
        }
        all.addAll(command);
        return all;
    }

    private record Server(Process process, BufferedReader lines, int port) {

        void signal(String name) {
            try {
                int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor();
                assertEquals(0, code, "kill -" + name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw Deadline.interrupted();
            }
        }

        void awaitLine(String start) {
            try {
                String line = lines.readLine();
                assertTrue(line != null && line.startsWith(start), "it says " + line);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int exit() {
            try {
                assertTrue(process.waitFor(START.toMillis(), TimeUnit.MILLISECONDS), "the process goes on");
                return process.exitValue();
            } catch (InterruptedException e) {
                throw Deadline.interrupted();
            }
        }
    }
}
