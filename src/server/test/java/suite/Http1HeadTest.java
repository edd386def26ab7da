package suite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The head of an HTTP/1.1 request has the same bounds as one of HTTP/2. */
final class Http1HeadTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with();

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @LikelyCause("A head is kept in memory, however long it is.")
    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nx-a: ", "GET /", "GET /?", "GET / HTTP/1.1\r\nhost: localhost\r\n"})
    void headWithoutEndIsRefused(String start) throws IOException {
        boolean fields = start.endsWith("localhost\r\n");
        try (var socket = connect()) {
            var out = socket.getOutputStream();
            out.write(start.getBytes(ISO_8859_1));
            boolean ended = false;
            for (int i = 0; i < 30 && !ended; i++) { // Far less than the megabyte that would be kept.
                ended = !sent(socket, fields ? ("x-" + i + ": 1\r\n").repeat(200) : "a".repeat(2_000));
            }
            assertTrue(ended || isRefused(socket), "a head of more than 20,000 bytes must be refused");
        }
    }

    @LikelyCause("More lines of one name than the server beneath can hold are answered by an empty 400.")
    @ParameterizedTest
    @CsvSource({"99, 99, 200", "199, 199, 200", "200, 200, 431", "100, 1, 200", "101, 1, 431", "199, 1, 431"})
    void manyFieldsAreServedOrAnsweredBy431(int fields, int names, int status) throws IOException {
        var head = new StringBuilder("GET /healthz HTTP/1.1\r\nhost: localhost\r\n"); // This is one more field.
        for (int i = 0; i < fields; i++) {
            head.append("x-").append(i % names).append(": 1\r\n");
        }
        try (var socket = connect()) {
            socket.getOutputStream().write(head.append("\r\n").toString().getBytes(ISO_8859_1));

            assertEquals(
                    "HTTP/1.1 " + status, new String(socket.getInputStream().readNBytes(12), ISO_8859_1));
        }
    }

    private static boolean sent(SSLSocket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isRefused(SSLSocket socket) {
        try {
            var answer = new String(socket.getInputStream().readNBytes(12), ISO_8859_1);
            return answer.isEmpty() || answer.startsWith("HTTP/1.1 4");
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // The connection was reset.
        }
    }

    private static SSLSocket connect() throws IOException {
        var socket = (SSLSocket) Trust.inTheServer().sockets().createSocket("localhost", server.port());
        socket.setSoTimeout(Deadline.patienceMs());
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        socket.setSSLParameters(parameters);
        return socket;
    }
}
