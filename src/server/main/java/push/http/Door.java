package push.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.undertow.connector.ByteBufferPool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import push.Stats;

/**
 * Admits connections. It limits their total number, the number per address, and the number that have not sent their
 * first bytes after the handshake.
 *
 * <p>It exists because each connection costs memory and each handshake costs milliseconds, whether or not requests
 * follow. A refused connection is closed before TLS starts. If there are too many handshakes, the oldest one is ended
 * to make room, because an honest handshake is short.
 *
 * <p><b>Length:</b> the limits are checked together, under one lock.
 *
 * <p><b>Threads:</b> any thread; fields marked {@code @GuardedBy} are guarded by this object's lock.
 */
final class Door implements TcpConnection.Gate {
    private static final Logger LOG = Logger.getLogger(Door.class.getName());

    /** The share of the handshakes that one address may hold: one in this number. */
    private static final int SHARE = 20;

    private static final int LEAST = 10;

    private static final long SAY_NANOS = 10_000_000_000L;

    /** After this much handshake work, an IO thread turns to its other work. */
    private static final long WORK_NANOS = 10_000_000;

    private static final int REST_MS = 1;

    /** The counts of one address. */
    private static final class Address {
        int connections;
        int handshakes;
    }

    /** The time an IO thread has spent on handshakes, and when its pause from them ends. */
    private static final class Pace {
        long workedNanos;
        long restUntilNanos = System.nanoTime();
    }

    private final Config config;
    private final Stats stats;
    private final ByteBufferPool pool;
    private final Map<XnioIoThread, Pace> paces = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private final Map<String, Address> addresses = new HashMap<>();

    @GuardedBy("this")
    private final Map<TcpConnection, String> handshakes = new LinkedHashMap<>(); // Oldest first.

    @GuardedBy("this")
    private int open;

    @GuardedBy("this")
    private long saidNanos = System.nanoTime() - SAY_NANOS;

    Door(Config config, Stats stats, ByteBufferPool pool) {
        this.config = config;
        this.stats = stats;
        this.pool = pool;
    }

    /** Admits a connection, or closes it and returns null. */
    @Nullable
    TcpConnection admit(StreamConnection socket) {
        String address = address(socket);
        TcpConnection connection = new TcpConnection(socket, pool, this);
        String full = enter(connection, address);
        if (!full.isEmpty()) {
            stats.connectionsRefused.increment();
            IoUtils.safeClose(socket);
            say(full);
            return null;
        }
        stats.connections.increment();
        socket.setCloseListener(closed -> leave(connection, address));
        return connection;
    }

    /** Returns a description of the limit that was reached, or an empty string if the connection may enter. */
    private synchronized String enter(TcpConnection connection, String key) {
        Address address = addresses.computeIfAbsent(key, none -> new Address());
        boolean isBounded = !key.isEmpty();
        if (isBounded && address.connections >= config.maxConnectionsPerAddress()) {
            return "an address holds as many connections as PUSH_MAX_CONNECTIONS_PER_ADDRESS allows, "
                    + address.connections;
        }
        if (open >= config.maxConnections() && handshakes.isEmpty()) {
            forget(key, address);
            return "there are as many connections as PUSH_MAX_CONNECTIONS allows, " + open;
        }
        if (isBounded && address.handshakes >= Math.max(LEAST, config.maxHandshakes() / SHARE)) {
            turnAway(oldest(key));
        } else if (open >= config.maxConnections() || handshakes.size() >= config.maxHandshakes()) {
            turnAway(handshakes.keySet().iterator().next());
        }
        open++;
        address.connections++;
        address.handshakes++;
        handshakes.put(connection, key);
        return "";
    }

    @GuardedBy("this")
    private TcpConnection oldest(String key) {
        return handshakes.entrySet().stream()
                .filter(entry -> entry.getValue().equals(key))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    @GuardedBy("this")
    private void turnAway(TcpConnection connection) {
        end(connection);
        connection.turnAway();
        stats.handshakesDropped.increment();
    }

    /** Removes a connection from the handshakes in progress, whether the handshake succeeded or failed. */
    @GuardedBy("this")
    private void end(TcpConnection connection) {
        String key = handshakes.remove(connection);
        Address address = key == null ? null : addresses.get(key);
        if (address != null) {
            address.handshakes--;
        }
    }

    /** Records that the client has sent its first bytes. */
    synchronized void greeted(TcpConnection connection) {
        end(connection);
        connection.greeted();
    }

    private void leave(TcpConnection connection, String key) {
        connection.closed();
        stats.connections.decrement();
        synchronized (this) {
            end(connection);
            open--;
            Address address = addresses.get(key);
            if (address != null) {
                address.connections--;
                forget(key, address);
            }
        }
    }

    @GuardedBy("this")
    private void forget(String key, Address address) {
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
    public void pass(TcpConnection connection, Runnable reader) {
        Pace pace = paces.computeIfAbsent(connection.getIoThread(), thread -> new Pace());
        long beganNanos = System.nanoTime();
        if (connection.isTurnedAway()) {
            return; // It is already being closed.
        }
        if (beganNanos - pace.restUntilNanos < 0) {
            connection.pause(REST_MS);
            return;
        }
        reader.run();
        long endedNanos = System.nanoTime();
        pace.workedNanos += endedNanos - beganNanos;
        if (pace.workedNanos >= WORK_NANOS) {
            pace.workedNanos = 0;
            pace.restUntilNanos = endedNanos + REST_MS * 1_000_000;
        }
    }
}
