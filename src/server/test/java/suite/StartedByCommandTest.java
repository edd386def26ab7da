package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Starts servers by commands: a good one, and those that a person writes on the way to a good one. */
class StartedByCommandTest {

    private static final String REFERENCE = java("push.http.Main");
    private static final Map<String, String> SETTINGS = Map.of("PUSH_PORT", "0", "PUSH_HEARTBEAT_MS", "1234");

    @AfterEach
    void forget() {
        System.clearProperty("suite.startMs");
    }

    @Test
    void settingsReachTheServerThroughItsEnvironment() throws Exception {
        var server = StartedByCommand.start(REFERENCE, SETTINGS);

        try {
            assertTrue(status(server).contains("\"heartbeatMs\":1234"));
        } finally {
            server.close();
        }
    }

    @Test
    void drainIsASigtermAndEndsWhenTheProcessHasGone() throws Exception {
        var server = StartedByCommand.start(REFERENCE + "; exit $?", SETTINGS);

        server.drain().get(60, TimeUnit.SECONDS);

        server.close();
        assertThrows(IOException.class, () -> status(server));
    }

    @Test
    void aFloodOfOutputDoesNotHoldItUp() throws Exception {
        var server = StartedByCommand.start("yes 'no news, but much of it' & " + REFERENCE, SETTINGS);

        try {
            assertTrue(status(server).contains("\"heartbeatMs\":1234"));
        } finally {
            server.close();
        }
    }

    @Test
    void aServerThatHangsIsEndedWithWhatItStarted() {
        System.setProperty("suite.startMs", "1500");

        var failure = fails("echo thinking; echo $$; sleep 600 & sleep 600");

        assertTrue(
                failure.startsWith(
                        "the server did not say within 1.5 s where it serves (https://localhost:PORT/; is its output flushed?);"
                                + " the last that it printed:\n    thinking\n    "),
                failure);
        long pid =
                Long.parseLong(failure.lines().skip(2).findFirst().orElseThrow().strip());
        assertTrue(ProcessHandle.of(pid).isEmpty(), "it still runs");
    }

    @Test
    void aServerThatEndsIsToldWithItsCodeAndLastWords() {
        assertEquals(
                "the server ended with exit code 3 before it served; it printed nothing\n  command: exit 3",
                fails("exit 3"));
        assertEquals(
                "the server ended with exit code 1 before it served; the last that it printed:\n    no port\n"
                        + "  command: echo no port >&2; exit 1",
                fails("echo no port >&2; exit 1"));
    }

    @Test
    void anotherServerIsNotTakenForTheOneThatWasStarted() throws IOException {
        System.setProperty("suite.startMs", "1500");
        try (var other = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            var failure = fails("echo https://localhost:" + other.getLocalPort() + "/; sleep 600");

            assertTrue(
                    failure.startsWith("the server says that it serves at port " + other.getLocalPort()
                            + ", but does not listen there: another process does;"),
                    failure);
        }
    }

    /** Like go run, when it is ended at the moment when it starts the server. */
    @Test
    void whatHasLostItsParentIsEndedToo() {
        var server = StartedByCommand.start(
                "(sleep 600 & echo left $!); exec " + REFERENCE.replaceFirst("^exec ", ""), SETTINGS);
        long left = Long.parseLong(server.aside().replaceFirst("(?s).*left ([0-9]+).*", "$1"));
        assertTrue(ProcessHandle.of(left).isPresent(), "it has not begun");

        server.close();

        assertTrue(
                Deadline.in(Deadline.PATIENCE).poll(() -> ProcessHandle.of(left).isEmpty()), "it still runs");
    }

    @Test
    void outputIsReadForOneWholeAddress() {
        var output = ProcessOutput.nothing();

        output.add("see https://example.org:1/, https://localhost:84");
        assertTrue(output.port().isEmpty());
        output.add("43/\nhttps://localhost:9000/");

        assertEquals(8443, output.port().getAsInt());
    }

    @Test
    void onlyTheEndOfTheOutputIsKept() {
        var output = ProcessOutput.nothing();

        for (int i = 0; i < 100_000; i++) {
            output.add("line " + i + "\n");
        }

        assertTrue(output.last().endsWith("\n    line 99998\n    line 99999"), output.last());
        assertTrue(output.last().length() < 1_000, output.last());
    }

    @Test
    void aTestThatFailsIsToldWhatTheServerPrintedMeanwhile() throws Exception {
        var server = StartedByCommand.start("echo before; " + REFERENCE + "; echo the end; exit 7", SETTINGS);

        try {
            server.mark();
            assertEquals("", server.aside());
            server.drain().get(60, TimeUnit.SECONDS);
            assertTrue(
                    server.aside().startsWith("The server has ended, with exit code 7. It had printed:\n    "),
                    server.aside());
            assertTrue(server.aside().endsWith("\n    the end"), server.aside());
        } finally {
            server.close();
        }
    }

    @Test
    void ofAStackTraceTheFramesOfLibrariesAreLeftOut() {
        var output = ProcessOutput.nothing();
        output.add("before\n");

        output.mark();
        output.add("""
                java.lang.IllegalStateException: no luck
                \tat java.base/java.util.List.get(List.java:1)
                \tat workshop.Server.open(Server.java:99)
                \tat io.undertow.server.Connectors.executeRootHandler(Connectors.java:395)
                Caused by: an oversight
                \t... 12 more
                """);

        assertEquals(
                "\n    java.lang.IllegalStateException: no luck\n    \tat workshop.Server.open(Server.java:99)\n"
                        + "    Caused by: an oversight",
                output.sinceMark());
    }

    private static String fails(String command) {
        return assertThrows(AssertionError.class, () -> StartedByCommand.start(command, SETTINGS))
                .getMessage();
    }

    private static String status(Launch server) throws IOException {
        // A JVM that has just started, on a machine that the flood of another test keeps busy, is slow.
        var client =
                Clients.http2().newBuilder().callTimeout(Duration.ofSeconds(20)).build();
        var request = new Request.Builder()
                .url(server.root().resolve("/status").toString())
                .build();
        try (var response = client.newCall(request).execute()) {
            return response.body().string();
        } finally {
            Clients.close(client);
        }
    }

    /** Returns the shell command for a class on the tests' own class path. */
    static String java(String main) {
        return "'" + System.getProperty("java.home") + "/bin/java' -XX:TieredStopAtLevel=1 -cp '"
                + System.getProperty("java.class.path") + "' " + main;
    }
}
