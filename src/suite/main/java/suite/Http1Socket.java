package suite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLSocket;

/**
 * An HTTP/1.1 connection that sends any bytes and parses the answers strictly (RFC 9112): a chunk of another size than
 * announced is an error, and so is an unannounced end.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Http1Socket implements AutoCloseable {

    /** The head of a response. Field names are in lower case. */
    record Head(int status, Map<String, String> fields) {}

    /** A whole response. */
    record Response(Head head, String body) {}

    private final RecordCounter tcp;
    private final SSLSocket tls;
    private final InputStream input;
    private final String authority;

    private Http1Socket(RecordCounter tcp, SSLSocket tls, String authority) throws IOException {
        this.tcp = tcp;
        this.tls = tls;
        this.input = new BufferedInputStream(tls.getInputStream(), 4_096);
        this.authority = authority;
    }

    /** Opens a connection whose socket buffers no more than this; 0: the system's choice. */
    static Http1Socket connect(JudgedServer server, int receiveBuffer) {
        return connect(server.port(), receiveBuffer, "TLSv1.3");
    }

    static Http1Socket connect(int port, int receiveBuffer, String version) {
        try {
            var tcp = new RecordCounter();
            if (receiveBuffer > 0) {
                tcp.setReceiveBufferSize(receiveBuffer);
            }
            tcp.setTcpNoDelay(true); // Otherwise the second piece waits 40 ms for the acknowledgement of the first.
            int patience = Deadline.patienceMs();
            tcp.connect(new InetSocketAddress("localhost", port), patience);
            tcp.setSoTimeout(patience);
            var tls = (SSLSocket) Trust.inTheServer().sockets().createSocket(tcp, "localhost", port, true);
            var parameters = tls.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            parameters.setProtocols(new String[] {version});
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            return new Http1Socket(tcp, tls, "localhost:" + port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends this, with the server's name for HOST and CR LF for each line end. */
    Http1Socket send(String text) {
        try {
            tls.getOutputStream()
                    .write(text.replace("HOST", authority).replace("\n", "\r\n").getBytes(UTF_8));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends these characters of Latin-1 as bytes, with the server's name for HOST, in TLS records of this length. */
    Http1Socket sendRaw(String bytes, int piece) throws IOException {
        var all = bytes.replace("HOST", authority).getBytes(ISO_8859_1);
        for (int i = 0; i < all.length; i += piece) {
            tls.getOutputStream().write(all, i, Math.min(piece, all.length - i));
        }
        return this;
    }

    /** Returns the next response, which has a length; null at the end of the connection. */
    Response response() throws IOException {
        input.mark(1);
        if (input.read() < 0) {
            return null;
        }
        input.reset();
        var head = head();
        return new Response(head, body(head));
    }

    Head head() {
        var status = line();
        assertTrue(
                status.matches("HTTP/1\\.[01] [1-5][0-9]{2} .*"), "no status line: " + MalformedRecord.quote(status));
        Map<String, String> fields = new LinkedHashMap<>();
        for (var field = line(); !field.isEmpty(); field = line()) {
            int colon = field.indexOf(':');
            assertTrue(colon > 0, "no field: " + MalformedRecord.quote(field));
            fields.merge(
                    field.substring(0, colon).toLowerCase(Locale.ROOT),
                    field.substring(colon + 1).strip(),
                    (a, b) -> a + "," + b);
        }
        return new Head(Integer.parseInt(status.substring(9, 12)), fields);
    }

    /** Returns a body that has a length. */
    String body(Head head) {
        return new String(bytes(Integer.parseInt(head.fields().get("content-length"))), UTF_8);
    }

    /** Returns the data of the next chunk; empty for the last one. */
    byte[] chunk() {
        var size = line();
        assertTrue(size.matches("[0-9a-fA-F]{1,8}"), "no chunk size: " + MalformedRecord.quote(size));
        var data = bytes(Integer.parseInt(size, 16));
        assertEquals("", line(), "a chunk of 0x" + size + " bytes has another length");
        return data;
    }

    /** Returns all bytes before a cut or an end. An end that TLS does not announce is an {@link IOException}. */
    byte[] readSome(int atMost) throws IOException {
        var bytes = new byte[atMost];
        int count = input.read(bytes);
        return count < 0 ? new byte[0] : Arrays.copyOf(bytes, count);
    }

    /** Returns the TLS 1.2 alerts received: none before a cut, close_notify before an end. TLS 1.3 hides them. */
    int alerts() {
        return tcp.alerts();
    }

    private byte[] bytes(int count) {
        try {
            var bytes = input.readNBytes(count);
            assertEquals(count, bytes.length, "the connection ended within " + count + " bytes");
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line() {
        try {
            var line = new ByteArrayOutputStream();
            int c = input.read();
            for (; c >= 0 && c != '\n'; c = input.read()) {
                line.write(c);
            }
            var text = line.toString(ISO_8859_1);
            assertTrue(c == '\n' && text.endsWith("\r"), "a line must end in CR LF: " + MalformedRecord.quote(text));
            return text.substring(0, text.length() - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends our half of the TCP connection, without a TLS alert. */
    void fin() throws IOException {
        tcp.shutdownOutput();
    }

    /** Sends close_notify, and goes on reading. */
    void closeNotify() throws IOException {
        tls.shutdownOutput();
    }

    void reset() throws IOException {
        tcp.setSoLinger(true, 0);
        tcp.close();
    }

    @Override
    public void close() {
        try {
            tcp.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
