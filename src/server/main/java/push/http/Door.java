package push.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.undertow.connector.ByteBufferPool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.logging.Logger;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import push.Stats;

/**
 * Admits connections. It limits their total number and the number per address, and it has the {@link Lobby}, which
 * limits the handshakes.
 *
 * <p>It exists because each connection costs memory and each handshake costs milliseconds, whether or not requests
 * follow. A refused connection is closed before TLS starts.
 *
 * <p><b>Threads:</b> any thread; fields marked {@code @GuardedBy} are guarded by this object's lock.
 */
final class Door implements TcpConnection.Gate {
    private static final Logger LOG = Logger.getLogger(Door.class.getName());

    /** The share of the handshakes that one address may hold: one in this number. */
    private static final int SHARE = 20;

    private static final int LEAST = 10;

    private static final long SAY_NANOS = 10_000_000_000L;

    private static final int RELIEVE_MS = 10;

    private final Config config;
    private final Stats stats;
    private final ByteBufferPool pool;
    private final Map<XnioIoThread, HandshakeTurns> turns = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private final Map<String, Lobby.Address> addresses = new HashMap<>();

    @GuardedBy("this")
    private final Lobby lobby;

    @GuardedBy("this")
    private boolean isRelieving; // A task is planned.

    @GuardedBy("this")
    private int open;

    @GuardedBy("this")
    private long saidNanos = System.nanoTime() - SAY_NANOS;

    Door(Config config, Stats stats, ByteBufferPool pool) {
        this.config = config;
        this.stats = stats;
        this.pool = pool;
        this.lobby = new Lobby(config.maxHandshakes(), Math.max(LEAST, config.maxHandshakes() / SHARE));
    }

    /** Admits a connection, which {@code secure} starts TLS on when its turn comes, or closes it. */
    void admit(StreamConnection socket, Consumer<TcpConnection> secure) {
        String key = address(socket);
        TcpConnection connection = new TcpConnection(socket, pool, this, secure, config.bodyMs());
        stats.connections.increment();
        socket.setCloseListener(closed -> leave(connection, key));
        String full = enter(connection, key);
        if (!full.isEmpty()) {
            stats.connectionsRefused.increment();
            IoUtils.safeClose(socket);
            say(full);
        }
    }

    /** Returns a description of the limit that was reached, or an empty string if the connection may enter. */
    private synchronized String enter(TcpConnection connection, String key) {
        Lobby.Address address = addresses.computeIfAbsent(key, none -> new Lobby.Address(key.isEmpty()));
        open++;
        address.connections++;
        if (!address.isExempt && address.connections > config.maxConnectionsPerAddress()) {
            return "an address holds as many connections as PUSH_MAX_CONNECTIONS_PER_ADDRESS allows, "
                    + config.maxConnectionsPerAddress();
        }
        if (open > config.maxConnections() && !lobby.makeRoom(address, System.nanoTime())) {
            return "there are as many connections as PUSH_MAX_CONNECTIONS allows, " + config.maxConnections();
        }
        lobby.add(connection, address);
        relieveSoon(connection.getIoThread());
        return "";
    }

    @GuardedBy("this")
    private void relieveSoon(XnioIoThread thread) {
        if (!isRelieving && lobby.isAnyWaiting()) {
            isRelieving = true;
            new XnioLoop(thread).executeAfter(() -> relieve(thread), RELIEVE_MS);
        }
    }

    private synchronized void relieve(XnioIoThread thread) {
        isRelieving = false;
        lobby.relieve(System.nanoTime());
        relieveSoon(thread);
    }

    @Override
    public void turnedAway() {
        stats.handshakesDropped.increment();
    }

    /** Records that the client has sent its first bytes. */
    synchronized void greeted(TcpConnection connection) {
        lobby.remove(connection);
        connection.greeted();
    }

    private void leave(TcpConnection connection, String key) {
        connection.closed(config.tls());
        stats.connections.decrement();
        synchronized (this) {
            lobby.remove(connection);
            open--;
            Lobby.Address address = addresses.get(key);
            if (address != null) {
                address.connections--;
                forget(key, address);
            }
        }
    }

    @GuardedBy("this")
    private void forget(String key, Lobby.Address address) {
        if (address.connections == 0) {
            addresses.remove(key);
        }
    }

    /** Returns the number of connections that are not closed, including those being closed. */
    synchronized int connections() {
        return open;
    }

    private synchronized void say(String what) {
        long now = System.nanoTime();
        if (now - saidNanos >= SAY_NANOS) {
            saidNanos = now;
            LOG.warning("Connections are refused: " + what + " (logged at most every 10 s)");
        }
    }

    /** Returns the key that limits count this connection under, or an empty string if it has no limit per address. */
    private String address(StreamConnection socket) {
        InetSocketAddress peer = socket.getPeerAddress(InetSocketAddress.class);
        InetAddress address = peer == null ? null : peer.getAddress();
        if (address == null
                || config.isExempt(address)
                || config.trustedProxies().trusts(address)) {
            return "";
        }
        return Clients.key(address);
    }

    @Override
    public void pass(TcpConnection connection) {
        turns.computeIfAbsent(connection.getIoThread(), thread -> new HandshakeTurns(new XnioLoop(thread)))
                .pass(connection);
    }
}
