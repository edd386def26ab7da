package suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A KeyUpdate costs its sender nothing, and the server two keys and an answer (RFC 8446, 4.6.3). */
final class KeyUpdateTest {
    private static final int MANY = 20_000;
    private static final int EACH = 20;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with();

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @LikelyCause("A client that asks for new keys without end keeps the server busy, and no limit of frames or requests"
            + " sees it.")
    @ParameterizedTest
    @ValueSource(strings = {"h2", "http/1.1"})
    void clientThatAsksForKeysWithoutEndIsCutOff(String protocol) throws IOException {
        try (var tls = connect(protocol)) {
            var reading = CompletableFuture.runAsync(() -> readAll(tls), Threads.named("reader"));

            int sent = updates(tls, MANY);

            assertTrue(sent < MANY, "it took all of them");
            assertTrue(Deadline.in(Deadline.PATIENCE).poll(reading::isDone), "the server must end the connection");
        }
        server.post("ann", "after them");
        assertEquals("after them", bystanders.texts().get(0));
    }

    @LikelyCause("Undertow ends a connection that only asks for keys, but not one that also sends a byte now and then.")
    @Test
    void clientThatAsksForKeysBetweenTheBytesOfARequestIsCutOff() throws IOException {
        int rounds = 0;
        try (var tls = connect("http/1.1")) {
            var reading = CompletableFuture.runAsync(() -> readAll(tls), Threads.named("reader"));
            tls.getOutputStream().write("GET /healthz HTTP/1.1\r\nX: ".getBytes(US_ASCII));

            while (rounds < MANY / EACH && updates(tls, EACH) == EACH && writes(tls)) {
                rounds++;
            }

            assertTrue(rounds < MANY / EACH, "it took all of them");
            assertTrue(Deadline.in(Deadline.PATIENCE).poll(reading::isDone), "the server must end the connection");
        }
    }

    private static boolean writes(SSLSocket tls) {
        try {
            tls.getOutputStream().write('x');
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @LikelyCause("A connection that lives for long, and so gets new keys now and then, is cut off.")
    @Test
    void keyUpdatesNowAndThenAreAnswered() throws IOException {
        try (var tls = connect("http/1.1")) {
            var in = new BufferedReader(new InputStreamReader(tls.getInputStream(), US_ASCII));
            for (int i = 0; i < 20; i++) {
                assertEquals(10, updates(tls, 10));
                tls.getOutputStream()
                        .write(("GET /healthz HTTP/1.1\r\nHost: localhost:" + server.port() + "\r\n\r\n")
                                .getBytes(US_ASCII));
                var line = in.readLine();
                while (line != null && !line.equals("ok")) {
                    line = in.readLine();
                }
                assertEquals("ok", line);
            }
        }
    }

    @LikelyCause(
            "Records that do carry data are counted as if they did not, and a client that sends many small ones is cut"
                    + " off.")
    @Test
    void requestsOfOneByteARecordAreAnswered() throws IOException {
        try (var tls = connect("http/1.1")) {
            var in = new BufferedReader(new InputStreamReader(tls.getInputStream(), US_ASCII));
            var request = ("GET /healthz HTTP/1.1\r\nHost: localhost:" + server.port() + "\r\n\r\n").getBytes(US_ASCII);
            for (int sent = 0; sent < 3_000; sent += request.length) {
                for (byte one : request) {
                    tls.getOutputStream().write(one);
                }
                var line = in.readLine();
                while (line != null && !line.equals("ok")) {
                    line = in.readLine();
                }
                assertEquals("ok", line);
            }
        }
    }

    /** Returns the number of KeyUpdates sent; the JDK sends one for each handshake requested after the first. */
    private static int updates(SSLSocket tls, int number) {
        for (int i = 0; i < number; i++) {
            try {
                tls.startHandshake();
            } catch (IOException e) {
                return i;
            }
        }
        return number;
    }

    private static void readAll(SSLSocket tls) {
        try {
            tls.getInputStream().readAllBytes();
        } catch (IOException e) {
            // That is also an end.
        }
    }

    private static SSLSocket connect(String protocol) throws IOException {
        var tcp = new Socket("localhost", server.port());
        tcp.setTcpNoDelay(true);
        var tls = (SSLSocket) Trust.inTheServer().sockets().createSocket(tcp, "localhost", server.port(), true);
        var parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        parameters.setProtocols(new String[] {"TLSv1.3"});
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return tls;
    }
}
