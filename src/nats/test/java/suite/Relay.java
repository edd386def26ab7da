package suite;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Connects each client that comes to a port of this machine, and carries the bytes as it is told.
 *
 * <p><b>Threads:</b> any thread; two for each connection carry the bytes.
 */
final class Relay implements AutoCloseable {
    /** How bytes get from one side to the other, until the end of the connection. */
    interface Carrier {
        void carry(InputStream from, OutputStream to) throws IOException;
    }

    private final ServerSocket listener;
    private final int upstream;
    private final Carrier toServer;
    private final Carrier toClient;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private Relay(ServerSocket listener, int upstream, Carrier toServer, Carrier toClient) {
        this.listener = listener;
        this.upstream = upstream;
        this.toServer = toServer;
        this.toClient = toClient;
    }

    static Relay to(int port, Carrier toServer, Carrier toClient) {
        try {
            var listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            var relay = new Relay(listener, port, toServer, toClient);
            Threads.named("suite-relay-accept").execute(relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Ends all present connections by a TCP reset. */
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
                Threads.named("suite-relay-to-server").execute(() -> carry(toServer, client, server));
                Threads.named("suite-relay-to-client").execute(() -> carry(toClient, server, client));
            }
        } catch (IOException e) {
            // The listener has been closed.
        }
    }

    private static void carry(Carrier carrier, Socket from, Socket to) {
        try (from;
                to) {
            carrier.carry(from.getInputStream(), to.getOutputStream());
        } catch (IOException e) {
            // It has ended.
        }
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
