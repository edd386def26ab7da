package suite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.net.SocketFactory;

/**
 * A TCP relay on loopback between clients and the server that misbehaves like networks and their proxies: it swallows
 * bytes, holds them back, or ends connections. TLS passes through it unchanged, except with {@link #plain}.
 *
 * <p><b>Length:</b> its faults share the sockets, the lock and the two threads of a connection.
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock. Two threads for each connection carry the bytes.
 */
final class FaultyProxy implements AutoCloseable {

    /** The direction in which bytes go. */
    enum Way {
        TO_SERVER,
        TO_CLIENT
    }

    private enum Mode {
        PASS,
        HOLD,
        SWALLOW
    }

    private static final class Pair {
        final Socket client;
        final Socket server;
        volatile boolean cut;

        Pair(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }
    }

    private static final String END_OF_LINE = " HTTP/1.1\r\n";

    private final ServerSocket listener;

    @GuardedBy("this")
    private final Map<Way, Mode> modes = new EnumMap<>(Map.of(Way.TO_SERVER, Mode.PASS, Way.TO_CLIENT, Mode.PASS));

    @GuardedBy("this")
    private final List<Pair> pairs = new ArrayList<>();

    @GuardedBy("this")
    private int upstream;

    @GuardedBy("this")
    private int accepted;

    @GuardedBy("this")
    private boolean refuses;

    private final SocketFactory sockets;
    private final String endOfLine; // Of a request line, as the server receives it.

    private FaultyProxy(ServerSocket listener, int upstream, SocketFactory sockets, String endOfLine) {
        this.listener = listener;
        this.upstream = upstream;
        this.sockets = sockets;
        this.endOfLine = endOfLine;
    }

    /** Starts a relay to this port of localhost. */
    static FaultyProxy to(int port) {
        return start(port, SocketFactory.getDefault(), END_OF_LINE);
    }

    /** Starts one that clients speak plain HTTP to: it speaks TLS to the server and leaves the content unchanged. */
    static FaultyProxy plain(int port) {
        return start(port, Trust.inTheServer().sockets(), END_OF_LINE);
    }

    /** Starts the same with this line added to the head of each request from clients, as a proxy does. */
    static FaultyProxy adding(String field, int port) {
        return start(port, Trust.inTheServer().sockets(), " HTTP/1.1\r\n" + field + "\r\n");
    }

    private static FaultyProxy start(int port, SocketFactory sockets, String endOfLine) {
        try {
            var listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
            var relay = new FaultyProxy(listener, port, sockets, endOfLine);
            Threads.named("suite-relay-accept").execute(relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Returns the address of a path through the relay. */
    String url(String path) {
        return "https://localhost:" + port() + path;
    }

    /** Sends later connections to another port, as after a restart of the server. */
    synchronized void redirect(int port) {
        upstream = port;
    }

    /** Lets bytes through again, both ways, first those held back. Swallowed bytes are lost, and TLS with them. */
    synchronized void pass() {
        modes.replaceAll((way, mode) -> Mode.PASS);
        refuses = false;
        notifyAll();
    }

    /** Reads bytes that go this way and drops them: a black hole that keeps the connection open. */
    synchronized void swallow(Way... ways) {
        set(Mode.SWALLOW, ways);
    }

    /** Stops reading bytes that go this way, until {@link #pass}: they are late, and then the sender has to wait. */
    synchronized void hold(Way... ways) {
        set(Mode.HOLD, ways);
    }

    /** Resets every later connection as soon as it is made, until {@link #pass}. */
    synchronized void refuse() {
        refuses = true;
    }

    /** Ends all current connections with a FIN to both sides; later bytes of either side are dropped. */
    synchronized void cut() {
        for (var pair : pairs) {
            pair.cut = true;
            fin(pair.client);
            fin(pair.server);
        }
    }

    private static void fin(Socket socket) {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            // It has ended already.
        }
    }

    /** Ends all current connections with a TCP reset to both sides. */
    synchronized void reset() {
        for (var pair : pairs) {
            reset(pair.client);
            reset(pair.server);
        }
        pairs.clear();
        notifyAll();
    }

    /** Returns the number of connections made so far, including refused ones. */
    synchronized int accepted() {
        return accepted;
    }

    /** Ends the relay and all its connections. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reset();
    }

    private synchronized void set(Mode mode, Way... ways) {
        for (var way : ways) {
            modes.put(way, mode);
        }
        notifyAll();
    }

    private void accept() {
        try {
            while (true) {
                join(listener.accept());
            }
        } catch (IOException e) {
            // The listener has been closed.
        }
    }

    private synchronized void join(Socket client) throws IOException {
        accepted++;
        if (refuses) {
            reset(client);
            return;
        }
        Socket server;
        try {
            server = sockets.createSocket("localhost", upstream);
        } catch (IOException e) {
            // The server is not there: the client sees what it would have seen without the relay.
            reset(client);
            return;
        }
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        var pair = new Pair(client, server);
        pairs.add(pair);
        Threads.named("suite-relay-to-server").execute(() -> carry(pair, client, server, Way.TO_SERVER));
        Threads.named("suite-relay-to-client").execute(() -> carry(pair, server, client, Way.TO_CLIENT));
    }

    private void carry(Pair pair, Socket from, Socket to, Way way) {
        var buffer = new byte[16 * 1024];
        try {
            var in = from.getInputStream();
            var out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (passes(pair, way)) {
                    out.write(changed(buffer, length, way));
                }
            }
            if (passes(pair, way)) {
                to.shutdownOutput();
            }
        } catch (IOException e) {
            gone(pair, way);
        }
    }

    private byte[] changed(byte[] buffer, int length, Way way) {
        if (way == Way.TO_CLIENT || endOfLine.equals(END_OF_LINE)) {
            return Arrays.copyOf(buffer, length);
        }
        var text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
        return text.replace(END_OF_LINE, endOfLine).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** One side was reset, so the other is reset too, unless this is a black hole. */
    private synchronized void gone(Pair pair, Way way) {
        if (passes(pair, way) && pairs.remove(pair)) {
            reset(pair.client);
            reset(pair.server);
            notifyAll();
        }
    }

    /** Returns whether bytes go through once they are no longer held back. */
    private synchronized boolean passes(Pair pair, Way way) {
        while (modes.get(way) == Mode.HOLD && pairs.contains(pair)) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw Deadline.interrupted();
            }
        }
        return modes.get(way) == Mode.PASS && !pair.cut;
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It has already ended, as intended.
        }
    }
}
