package suite;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A relay to a NATS server that loses messages of the stream, and nothing else: the connection stays, and NATS's heartbeats
 * come.
 *
 * <p><b>Threads:</b> any thread; two for each connection carry the bytes.
 */
final class LossyRelay implements AutoCloseable {
    /** What a line begins with that announces a message of the stream; its last word is the number of bytes that follow. */
    private static final String MESSAGE = "HMSG push.messages ";

    private final ServerSocket listener;
    private final int upstream;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger toLose = new AtomicInteger();

    private LossyRelay(ServerSocket listener, int upstream) {
        this.listener = listener;
        this.upstream = upstream;
    }

    static LossyRelay to(int port) {
        try {
            var relay = new LossyRelay(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), port);
            Threads.named("suite-lossy-accept").execute(relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "nats://127.0.0.1:" + listener.getLocalPort();
    }

    /** Loses so many messages from now on. */
    void lose(int messages) {
        toLose.set(messages);
    }

    /** How many messages it has yet to lose. */
    int toLose() {
        return toLose.get();
    }

    private void accept() {
        try {
            while (true) {
                var client = listener.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), upstream);
                sockets.add(client);
                sockets.add(server);
                Threads.named("suite-lossy-to-server").execute(() -> carry(client, server));
                Threads.named("suite-lossy-to-client").execute(() -> filter(server, client));
            }
        } catch (IOException e) {
            // The listener has been closed.
        }
    }

    private static void carry(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // It has ended.
        }
    }

    private void filter(Socket from, Socket to) {
        try (from;
                to) {
            var in = new BufferedInputStream(from.getInputStream());
            var out = to.getOutputStream();
            for (var line = line(in); !line.isEmpty(); line = line(in)) {
                var whole = new ByteArrayOutputStream();
                whole.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
                if (line.startsWith("MSG ") || line.startsWith("HMSG ")) {
                    var words = line.strip().split(" ");
                    whole.writeBytes(in.readNBytes(Integer.parseInt(words[words.length - 1]) + 2));
                }
                boolean lost = line.startsWith(MESSAGE) && toLose.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
                if (!lost) {
                    whole.writeTo(out);
                }
            }
        } catch (IOException e) {
            // It has ended.
        }
    }

    /** A line with its end, or nothing at the end of the connection. */
    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            line.write(b);
            if (b == '\n') {
                break;
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (var socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
