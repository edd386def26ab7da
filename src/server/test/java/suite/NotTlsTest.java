package suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The answer to a client whose TLS fails, or that speaks none. */
final class NotTlsTest {
    private static final int ALERT = 21; // RFC 8446, 5.1.

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with();

    @LikelyCause("Whoever types http:// in place of https:// sees an error of the browser, and looks for it elsewhere.")
    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"})
    void httpWithoutTlsIsToldToUseTls(String request) throws IOException {
        String answer = new String(answerTo(request.getBytes(US_ASCII)), US_ASCII);

        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(answer.contains("use https://"), answer);
        String[] parts = answer.split("\r\n\r\n", 2);
        assertTrue(parts[0].endsWith("Content-Length: " + parts[1].length()), answer);
    }

    @LikelyCause("The server closes the connection of a handshake that fails, and its client cannot say why.")
    @Test
    void recordThatIsNoHandshakeIsAnsweredByAnAlert() throws IOException {
        byte[] answer = answerTo(new byte[] {22, 3, 1, 0, 5, 9, 9, 9, 9, 9});

        assertEquals(ALERT, answer.length == 0 ? 0 : answer[0]);
    }

    @LikelyCause("The engine fails in a task, and the connection is closed before the alert is asked for.")
    @Test
    void clientOfAnotherProtocolIsToldSo() throws IOException {
        try (var tls = (SSLSocket) Trust.inTheServer().sockets().createSocket("localhost", server.port())) {
            var parameters = tls.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"spdy/3"});
            tls.setSSLParameters(parameters);

            var failure = assertThrows(SSLException.class, tls::startHandshake);

            assertTrue(String.valueOf(failure.getMessage()).contains("no_application_protocol"), failure.toString());
        }
    }

    private static byte[] answerTo(byte[] bytes) throws IOException {
        try (var socket = new Socket("localhost", server.port())) {
            socket.setSoTimeout(Deadline.patienceMs());
            socket.getOutputStream().write(bytes);
            return socket.getInputStream().readAllBytes();
        }
    }
}
