package suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A relay to a NATS server that delays every byte, stops for a while, and loses its connections.
 *
 * <p><b>Threads:</b> any thread; two for each connection carry the bytes.
 */
final class SlowRelay implements AutoCloseable {
    private final ServerSocket listener;
    private final int upstream;
    private final int delayMs;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile long stalledUntilNanos = System.nanoTime();

    private SlowRelay(ServerSocket listener, int upstream, int delayMs) {
        this.listener = listener;
        this.upstream = upstream;
        this.delayMs = delayMs;
    }

    static SlowRelay to(int port, int delayMs) {
        try {
            var relay = new SlowRelay(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), port, delayMs);
            Threads.named("suite-slow-accept").execute(relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Nothing goes through for so long, either way. */
    void stall(Duration time) {
        stalledUntilNanos = System.nanoTime() + time.toNanos();
    }

    /** Ends all present connections. */
    void reset() {
        for (var socket : sockets) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                // It has ended already.
            }
        }
        sockets.clear();
    }

    private void accept() {
        try {
            while (true) {
                var client = listener.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), upstream);
                sockets.add(client);
                sockets.add(server);
                Threads.named("suite-slow-to-server").execute(() -> carry(client, server));
                Threads.named("suite-slow-to-client").execute(() -> carry(server, client));
            }
        } catch (IOException e) {
            // The listener has been closed.
        }
    }

    private void carry(Socket from, Socket to) {
        var buffer = new byte[4_096];
        try (from;
                to) {
            var in = from.getInputStream();
            var out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                long stalledMs = (stalledUntilNanos - System.nanoTime()) / 1_000_000;
                Deadline.pause(Duration.ofMillis(delayMs + Math.max(0, stalledMs)));
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // It was reset.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reset();
    }
}
