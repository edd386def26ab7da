package suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** TLS 1.2 lets a client renegotiate repeatedly, at the server's cost; HTTP/2 forbids it (RFC 9113, 9.2.1). */
class RenegotiationTest {

    @Test
    @LikelyCause("The JDK lets clients renegotiate unless it is told not to before TLS is first used.")
    void aSecondHandshakeIsRefused() throws IOException {
        var server =
                StartedByCommand.start("exec " + StartedByCommandTest.java("push.http.Main"), Map.of("PUSH_PORT", "0"));
        try (var socket = (SSLSocket) Trust.inTheServer()
                .sockets()
                .createSocket("localhost", server.root().port())) {
            socket.setSoTimeout(Deadline.patienceMs());
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            assertEquals("TLSv1.2", socket.getSession().getProtocol());

            assertThrows(SSLException.class, () -> {
                socket.startHandshake();
                socket.getOutputStream().write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
                fail("the server shook hands again, and answered "
                        + (char) socket.getInputStream().read());
            });
        } finally {
            server.close();
        }
    }
}
