package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * How much one client may ask for.
 *
 * <p>Behind a trusted proxy a client is an address. Elsewhere it is a connection, for an address may be that of a proxy
 * which this server does not know; all connections of one address together have ten times what one has, and at most
 * three quarters of the server's streams. That bound is not for exempt addresses, by default those of loopback: a client
 * there is a proxy on the same host, or its operator.
 *
 * <p><b>Threads:</b> the exchange's IO thread; what is shared is in {@link Clients}.
 */
final class Limits {
    private static final AttachmentKey<Runnable> RELEASE = AttachmentKey.create(Runnable.class);
    private static final int CONNECTIONS = 10;
    private final Config config;
    private final Clients proxied;
    private final Clients direct;

    Limits(Config config) {
        this.config = config;
        this.proxied = new Clients(config, 1, config.maxStreamsPerConnection());
        this.direct = new Clients(config, CONNECTIONS, Math.max(1, (int) (config.maxStreams() * 3L / 4)));
    }

    /** Lets a POST pass, or refuses it by 429. */
    void post(HttpServerExchange exchange) throws Problem {
        long now = System.nanoTime();
        InetAddress client = config.trustedProxies().client(exchange);
        if (client != null) {
            refuseTooFast("client", "posts", proxied.post(client, now));
            return;
        }
        refuseTooFast("connection", "posts", ClientConnection.of(exchange).posts.take(now));
        InetAddress address = address(exchange);
        if (address != null) {
            refuseTooFast("address", "posts", direct.post(address, now));
        }
    }

    /** Lets a stream be opened, which {@link #release} must be told the end of, or refuses it by 429. */
    void open(HttpServerExchange exchange) throws Problem {
        long now = System.nanoTime();
        InetAddress client = config.trustedProxies().client(exchange);
        if (client != null) {
            refuseTooFast("client", "opens streams", proxied.open(client, now));
            hold(exchange, proxied, client, "client", now);
            return;
        }
        ClientConnection connection = ClientConnection.of(exchange);
        refuseTooFast("connection", "opens streams", connection.opens.take(now));
        if (connection.streams() >= config.maxStreamsPerConnection()) {
            throw tooMany("connection");
        }
        InetAddress address = address(exchange);
        if (address != null) {
            refuseTooFast("address", "opens streams", direct.open(address, now));
            hold(exchange, direct, address, "address", now);
        }
    }

    /** Refuses what {@link #open} would refuse, and counts nothing: HEAD is answered as GET (RFC 9110, 9.3.2). */
    void look(HttpServerExchange exchange) throws Problem {
        long now = System.nanoTime();
        InetAddress client = config.trustedProxies().client(exchange);
        if (client != null) {
            look(proxied, client, "client", now);
            return;
        }
        ClientConnection connection = ClientConnection.of(exchange);
        refuseTooFast("connection", "opens streams", connection.opens.waitMs(now));
        if (connection.streams() >= config.maxStreamsPerConnection()) {
            throw tooMany("connection");
        }
        InetAddress address = address(exchange);
        if (address != null) {
            look(direct, address, "address", now);
        }
    }

    private static void look(Clients clients, InetAddress address, String who, long now) throws Problem {
        refuseTooFast(who, "opens streams", clients.openWaitMs(address, now));
        if (clients.isFull(address, now)) {
            throw tooMany(who);
        }
    }

    /** Lets a page of history be read, which counts as an open of a stream, or refuses it by 429. */
    void read(HttpServerExchange exchange) throws Problem {
        long now = System.nanoTime();
        InetAddress client = config.trustedProxies().client(exchange);
        if (client != null) {
            refuseTooFast("client", "reads history", proxied.open(client, now));
            return;
        }
        refuseTooFast(
                "connection",
                "reads history",
                ClientConnection.of(exchange).opens.take(now));
        InetAddress address = address(exchange);
        if (address != null) {
            refuseTooFast("address", "reads history", direct.open(address, now));
        }
    }

    private static void hold(HttpServerExchange exchange, Clients clients, InetAddress address, String who, long now)
            throws Problem {
        if (!clients.hold(address, now)) {
            throw tooMany(who);
        }
        exchange.putAttachment(RELEASE, () -> clients.release(address));
    }

    /** A stream that {@link #open} let pass has ended, or was never begun; harmless the second time. */
    static void release(HttpServerExchange exchange) {
        Runnable release = exchange.removeAttachment(RELEASE);
        if (release != null) {
            release.run();
        }
    }

    /** The address that a connection comes from, where that is bounded. */
    private @Nullable InetAddress address(HttpServerExchange exchange) {
        var peer = exchange.getSourceAddress();
        InetAddress address = peer == null ? null : peer.getAddress();
        return address == null || config.isExempt(address) ? null : address;
    }

    private static void refuseTooFast(String who, String does, long waitMs) throws Problem {
        if (waitMs > 0) {
            throw Problem.tryLater(429, "This " + who + " " + does + " too fast: wait as Retry-After says.", waitMs);
        }
    }

    private static Problem tooMany(String who) {
        return Problem.tryLater(
                429, "streams", "This " + who + " holds as many streams as it may: close one first.", 1_000);
    }
}
