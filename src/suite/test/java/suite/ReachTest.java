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
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that can be reached, and yet cannot be judged: it is one of two that cannot, or others use it. */
class ReachTest {
    @TempDir
    private Path dir;

    private final AtomicInteger open = new AtomicInteger();
    private final HeldCertificate held =
            new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
    private Path certificate;
    private ServerSocket server;

    @BeforeEach
    void serveItsStatus() throws Exception {
        certificate = Files.writeString(dir.resolve("server.crt"), held.certificatePem());
        server = new HandshakeCertificates.Builder()
                .heldCertificate(held)
                .build()
                .sslContext()
                .getServerSocketFactory()
                .createServerSocket(0);
        Threads.named("suite-fake-server").execute(() -> {
            while (!server.isClosed()) {
                try (var client = server.accept()) {
                    answer(client);
                } catch (IOException e) {
                    // The client has given up, or the test has ended.
                }
            }
        });
    }

    private void answer(Socket client) throws IOException {
        var in = client.getInputStream();
        for (int ends = 0, next = in.read(); next >= 0 && ends < 2; next = ends < 2 ? in.read() : next) {
            ends = next == '\n' ? ends + 1 : next == '\r' ? ends : 0;
        }
        var body = "{\"heartbeatMs\":1000,\"streams\":{\"open\":" + open + "}}";
        client.getOutputStream()
                .write(("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(UTF_8));
    }

    @AfterEach
    void stop() throws IOException {
        Options.forget();
        server.close();
    }

    @LikelyCause("The suite attacks another machine, because the second URL is not looked at.")
    @Test
    void theOtherServerOfAClusterIsOnThisMachineToo() {
        assertFault("judges only servers on this machine", "--also", "https://192.0.2.1");
    }

    @Test
    void theOtherServerOfAClusterIsThereToo() {
        int free = 1; // No program of a test has it.

        assertFault("Error: nothing listens at localhost:" + free, "--also", "https://localhost:" + free);
    }

    @LikelyCause("The stream of a chat page is counted, and a good server is red.")
    @Test
    void serverThatAnotherClientUsesIsNotJudged() {
        open.set(1);

        assertFault("Error: another client holds 1 stream of this server");
    }

    private void assertFault(String fault, String... more) {
        var words = new String[5 + more.length];
        System.arraycopy(
                new String[] {
                    "https://localhost:" + server.getLocalPort(), "--cert", certificate.toString(), "--only", "07"
                },
                0,
                words,
                0,
                5);
        System.arraycopy(more, 0, words, 5, more.length);
        var out = new ByteArrayOutputStream();

        int exitCode = Main.run(new PrintStream(out, true, UTF_8), words);

        var said = out.toString(UTF_8);
        assertTrue(said.startsWith("Error: ") && said.contains(fault), said);
        assertEquals(2, exitCode);
    }
}
