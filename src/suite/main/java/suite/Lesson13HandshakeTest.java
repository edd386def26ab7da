package suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that never become HTTP/2: the server ends them, and soon. */
@Lesson(id = "13", slug = "floods", title = "Floods")
@Proves("tls.patience")
final class Lesson13HandshakeTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_BODY_MS", "2000");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @LikelyCause(
            "A client that does not finish, or does not speak TLS, holds a socket for ever or brings the server down.")
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"half a handshake", "HTTP in the clear", "HTTP/2 in the clear", "noise"})
    void whoDoesNotShakeHandsIsShownTheDoor(String what) throws IOException {
        var bytes = switch (what) {
            case "half a handshake" -> new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
            case "HTTP in the clear" -> "GET /messages HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII);
            case "HTTP/2 in the clear" -> "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(US_ASCII);
            default -> "\u0016\u0003\u0001\uffff".repeat(100).getBytes(US_ASCII);
        };
        try (var socket = new Socket("localhost", server.port())) {
            socket.setSoTimeout(Deadline.patienceMs());

            socket.getOutputStream().write(bytes);

            assertFalse(timesOut(socket.getInputStream()), what + " must be ended by the server");
        }
    }

    @LikelyCause("What is spoken on a connection is guessed from its first bytes and not agreed on by ALPN.")
    @Test
    void http2WithoutAlpnOpensNothing() throws IOException {
        try (var socket = (SSLSocket) Trust.inTheServer().sockets().createSocket("localhost", server.port())) {
            socket.setSoTimeout(Deadline.patienceMs());

            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(US_ASCII));

            assertFalse(
                    timesOut(socket.getInputStream()),
                    "the server must end a connection that is neither HTTP/1.1 nor begun with ALPN");
        }
        bystanders.quiet(Duration.ofMillis(20));
    }

    /** Returns whether nothing comes, neither bytes nor an end. */
    private static boolean timesOut(InputStream in) throws IOException {
        try {
            while (in.read() >= 0) {
                // An alert, or an answer; then the end.
            }
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
