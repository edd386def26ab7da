package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command that judges: what it takes, prints, writes and ends with. */
class MainTest {

    private record Said(int exitCode, String text) {}

    @TempDir
    private Path dir;

    @AfterEach
    void forgetTheServer() {
        Options.forget();
    }

    @Test
    void itListsEachClauseWithItsChecks() {
        var said = run("--list");

        assertEquals(0, said.exitCode());
        assertTrue(said.text().contains("\nresume.lapped  A reader that falls off the log"), said.text());
        assertTrue(
                said.text()
                        .contains("\n    Lesson09SlowReaderTest.aReaderThatWasLappedIsToldSoAndGoesOnWithTheNewest\n"),
                said.text());
    }

    @Test
    void itListsOnlyWhatIsNamed() {
        var said = run("--list", "--only", "resume.lapped");

        assertTrue(said.text().startsWith("resume.lapped  "), said.text());
        assertTrue(said.text().contains("StartTest.startOfALapNamesThePositionToo"), said.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://localhost:1 --only nothing.there",
                "https://localhost:1 --repeat 0",
                "https://localhost:1 --repeat many",
                "https://localhost:1 --cert nowhere.crt",
                "https://localhost:1 --unknown",
                "https://localhost:1 https://localhost:2",
                "https://localhost:1 --pid",
                "http://localhost:1",
                "localhost:1",
                "https://localhost:1/?x",
                "https://localhost:1 --also nowhere",
                "--only 05",
                "--command --list",
                "https://localhost:1 --command true",
                "https://localhost:1 --pid 2147483647",
                "https://localhost:1 --cert pom.xml",
                "https://nowhere.invalid",
                "https://192.0.2.1",
            })
    void whatCannotBeDoneIsSaidAndNothingIsJudged(String words) {
        var said = run(words.split(" "));

        assertEquals(2, said.exitCode(), said.text());
        assertTrue(said.text().startsWith("Error: "), said.text());
    }

    @Test
    void aServerThatIsNotThereIsNotJudged() {
        int free = 1; // No program of a test has it.

        var said = run("https://localhost:" + free + "/push");

        assertEquals(2, said.exitCode());
        assertTrue(said.text().startsWith("Error: nothing listens at localhost:" + free), said.text());
    }

    @LikelyCause("A wrong --pid is believed, and checks send SIGTERM to a process that is not the server.")
    @Test
    void aProcessThatIsNotTheServersGetsNoSignal() throws IOException {
        var other = new ProcessBuilder("sleep", "60").start();
        try (var server = new ServerSocket(0)) {
            int port = server.getLocalPort();

            var wrong = run("https://localhost:" + port, "--pid", Long.toString(other.pid()));

            assertEquals(2, wrong.exitCode(), wrong.text());
            assertTrue(
                    wrong.text()
                            .startsWith("Error: the process " + other.pid() + " does not listen at localhost:" + port),
                    wrong.text());
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void aServerWithoutTlsIsNotJudged() throws IOException {
        try (var server = new ServerSocket(0)) {
            answerEachWith(
                    server,
                    client -> client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8)));

            assertFault(server.getLocalPort(), "does not speak TLS as it should");
        }
    }

    @Test
    void aServerThatClosesEachConnectionIsNotJudged() throws IOException {
        try (var server = new ServerSocket(0)) {
            answerEachWith(server, Socket::shutdownOutput);

            assertFault(server.getLocalPort(), "closed the connection during the TLS handshake");
        }
    }

    @Test
    void aServerWithAnotherCertificateIsNotJudged() throws Exception {
        var held = new HeldCertificate.Builder()
                .addSubjectAlternativeName("localhost")
                .build();
        var tls = new HandshakeCertificates.Builder()
                .heldCertificate(held)
                .build()
                .sslContext();
        try (var server = tls.getServerSocketFactory().createServerSocket(0)) {
            answerEachWith(server, client -> client.getInputStream().read());

            var said = assertFault(server.getLocalPort(), "shows a certificate that is neither");
            assertTrue(said.text().contains("give it with --cert FILE"), said.text());
            assertFault(server.getLocalPort(), "has no certificate in PEM", "--cert", "pom.xml");
        }
    }

    /** It lets the first connection through, which is the command's own, and then it dies. */
    @Test
    void aServerThatDiesEndsTheRun() throws Exception {
        var held = new HeldCertificate.Builder()
                .addSubjectAlternativeName("localhost")
                .build();
        var tls = new HandshakeCertificates.Builder()
                .heldCertificate(held)
                .build()
                .sslContext();
        var file = Files.writeString(dir.resolve("server.crt"), held.certificatePem());
        try (var server = tls.getServerSocketFactory().createServerSocket(0)) {
            answerEachWith(server, client -> {
                var handshake = client.getInputStream().read(); // The end, after the handshake.
                stop(server);
                assertEquals(-1, handshake);
            });

            var said = run(
                    "https://localhost:" + server.getLocalPort(),
                    "--cert",
                    file.toString(),
                    "--only",
                    "stream.start,history",
                    "--report",
                    dir.resolve("junit.xml").toString());

            assertEquals(1, said.exitCode(), said.text());
            assertTrue(said.text().contains("The server is gone: nothing listens at localhost"), said.text());
            assertTrue(Files.readString(dir.resolve("junit.xml")).contains("not run"), said.text());
        }
    }

    private interface Conversation {
        void with(Socket client) throws IOException;
    }

    private static void answerEachWith(ServerSocket server, Conversation conversation) {
        Threads.named("suite-fake-server").execute(() -> {
            while (!server.isClosed()) {
                try (var client = server.accept()) {
                    conversation.with(client);
                } catch (IOException e) {
                    // The client has given up, or the test has ended.
                }
            }
        });
    }

    private static void stop(ServerSocket server) throws IOException {
        server.close();
    }

    private static Said assertFault(int port, String fault, String... more) {
        var words = new ArrayList<>(List.of("https://localhost:" + port));
        words.addAll(List.of(more));
        var said = run(words.toArray(String[]::new));
        assertEquals(2, said.exitCode(), said.text());
        assertTrue(said.text().startsWith("Error: ") && said.text().contains(fault), said.text());
        return said;
    }

    @Test
    void aCommandThatServesNothingIsRedInAllReports() throws IOException {
        var xml = dir.resolve("reports/junit.xml");
        var html = dir.resolve("verdicts.html");

        var said = run(
                "--command",
                "echo oops",
                "--only",
                "stream.start",
                "--repeat",
                "2",
                "--report",
                xml.toString(),
                "--html",
                html.toString());

        assertEquals(1, said.exitCode(), said.text());
        assertTrue(said.text().contains("the server ended with exit code 0 before it served"), said.text());
        assertTrue(said.text().contains("0 of 2 green"), said.text());
        assertTrue(said.text().endsWith("FAILED\n"), said.text());
        assertTrue(Files.readString(xml).contains("<failure "), Files.readString(xml));
        assertTrue(Files.readString(html).contains("1 of 1 checks are red"), Files.readString(html));
    }

    private static Said run(String... words) {
        var out = new ByteArrayOutputStream();
        int exitCode = Main.run(new PrintStream(out, true, UTF_8), words);
        return new Said(exitCode, out.toString(UTF_8));
    }
}
