package suite;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocket;

/**
 * A client with its own address: Linux has all of 127.0.0.0/8 on its loopback. It speaks HTTP/1.1, one request at a
 * time.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class FromAddress implements AutoCloseable {
    private final Socket tcp;
    private SSLSocket tls;
    private BufferedReader in;

    private FromAddress(Socket tcp) {
        this.tcp = tcp;
    }

    /** Connects, and does nothing more. */
    static FromAddress connect(String address, JudgedServer server) {
        try {
            var tcp = new Socket();
            tcp.setTcpNoDelay(true);
            tcp.bind(new InetSocketAddress(address, 0));
            int patience = Deadline.patienceMs();
            tcp.setSoTimeout(patience);
            tcp.connect(new InetSocketAddress("127.0.0.1", server.port()), patience);
            return new FromAddress(tcp);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins a handshake and leaves it there: it sends the head of a record, and nothing of the announced content. */
    FromAddress halfHandshake() {
        try {
            tcp.getOutputStream().write(new byte[] {22, 3, 1, 1, 0, 1});
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void shakeHands() {
        try {
            tls = (SSLSocket) Trust.inTheServer().sockets().createSocket(tcp, "localhost", tcp.getPort(), false);
            tls.startHandshake();
            in = new BufferedReader(new InputStreamReader(tls.getInputStream(), US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request and returns the status; 0 if the connection ends before. */
    int ask(String head, String body) {
        try {
            if (tls == null) {
                shakeHands();
            }
            tls.getOutputStream()
                    .write((head + " HTTP/1.1\r\nHost: localhost:" + tcp.getPort()
                                    + "\r\n"
                                    + "Accept: application/x-ndjson\r\n"
                                    + "Content-Type: application/json\r\n"
                                    + "Content-Length: "
                                    + body.length() + "\r\n\r\n" + body)
                            .getBytes(US_ASCII));
            var line = in.readLine();
            while (line != null && !line.startsWith("HTTP/1.1 ")) {
                line = in.readLine(); // Of the previous answer.
            }
            return line == null ? 0 : Integer.parseInt(line.split(" ")[1]);
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    int get(String path) {
        return ask("GET " + path, "");
    }

    /** Returns whether the server ends the connection, within the patience of the tests, before it sends anything. */
    boolean isTurnedAway() {
        try {
            return tcp.getInputStream().read() < 0;
        } catch (IOException e) {
            return !(e instanceof java.net.SocketTimeoutException);
        }
    }

    /** Returns whether it has already ended. */
    boolean isGone() {
        try {
            int patience = tcp.getSoTimeout();
            tcp.setSoTimeout(1);
            boolean gone = isTurnedAway();
            tcp.setSoTimeout(patience);
            return gone;
        } catch (IOException e) {
            return true;
        }
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
