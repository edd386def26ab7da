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
 * Lets connections in: so many in all, so many from one address, and so many whose client has not said its first word yet.
 *
 * <p>It exists because each connection takes memory and each handshake milliseconds, whether anything comes of them or not.
 * One that is refused is closed before TLS costs anything. Where there are too many handshakes, the one that has gone on for
 * longest makes room: an honest one is soon over.
 *
 * <p><b>Length:</b> its limits are looked at together, under one lock.
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock where said.
 */
final class Door implements TcpConnection.Gate {
    private static final Logger LOG = Logger.getLogger(Door.class.getName());

    /** One address may have this part of the handshakes. */
    private static final int SHARE = 20;

    private static final int LEAST = 10;

    private static final long SAY_NANOS = 10_000_000_000L;

    /** After so much time in handshakes an IO thread does everything else that is to be done. */
    private static final long WORK_NANOS = 10_000_000;

    private static final int REST_MS = 1;

    /** An address, and what it holds. */
    private static final class Address {
        int connections;
        int handshakes;
    }

    /** How long an IO thread has worked on handshakes, and until when it rests from them. */
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
    private final Map<TcpConnection, String> handshakes = new LinkedHashMap<>(); // In the order in which they came.

    @GuardedBy("this")
    private int open;

    @GuardedBy("this")
    private long saidNanos = System.nanoTime() - SAY_NANOS;

    Door(Config config, Stats stats, ByteBufferPool pool) {
        this.config = config;
        this.stats = stats;
        this.pool = pool;
    }

    /** Lets a connection in, or closes it and returns null. */
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

    /** Which limit is reached; empty if it may come in. */
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

    /** Its handshake is over, in whichever way. */
    @GuardedBy("this")
    private void end(TcpConnection connection) {
        String key = handshakes.remove(connection);
        Address address = key == null ? null : addresses.get(key);
        if (address != null) {
            address.handshakes--;
        }
    }

    /** The client has said its first word. */
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

    /** How many connections there are that have not been closed, those that are about to be included. */
    synchronized int connections() {
        return open;
    }

    private synchronized void say(String what) {
        long now = System.nanoTime();
        if (now - saidNanos >= SAY_NANOS) {
            saidNanos = now;
            LOG.warning("Connections are refused: " + what + " (said at most every 10 s)");
        }
    }

    /** What is counted as one address; empty for one that is not bounded. */
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
            return; // Its end is on its way.
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
