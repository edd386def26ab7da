package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.net.InetAddress;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;
import push.RateLimit;

/**
 * The limits of one client.
 *
 * <p>Behind a trusted proxy, a client is an address. Otherwise it is a connection, because an unknown proxy may share
 * one address among many users. All connections of an address together have ten times the rates of one connection, and
 * at most three quarters of the server's streams. Exempt addresses, by default the loopback addresses, have no limit
 * per address, because their clients are a proxy on the same host or the operator.
 *
 * <p><b>Threads:</b> the exchange's IO thread; {@link Clients} holds the shared state.
 */
final class Limits {
    private static final AttachmentKey<Runnable> RELEASE = AttachmentKey.create(Runnable.class);
    private static final int CONNECTIONS = 10;
    /** A larger body counts as several POSTs: as one for each part of this size. No usual message is. */
    private static final int POST_BYTES = 2_048;

    private final Config config;
    private final Clients proxied;
    private final Clients direct;

    Limits(Config config) {
        this.config = config;
        this.proxied = new Clients(config, 1, config.maxStreamsPerConnection());
        this.direct = new Clients(config, CONNECTIONS, Math.max(1, (int) (config.maxStreams() * 3L / 4)));
    }

    /** Admits a POST or refuses it with 429. Returns what its body must pay. */
    RequestBody.Toll post(HttpServerExchange exchange) throws Problem {
        long now = System.nanoTime();
        InetAddress client = config.trustedProxies().client(exchange);
        if (client != null) {
            refuseTooFast("client", "posts", proxied.post(client, now));
            return bytes -> pay("client", bytes, more -> proxied.postMore(client, more, System.nanoTime()));
        }
        RateLimit posts = ClientConnection.of(exchange).posts;
        refuseTooFast("connection", "posts", posts.take(now));
        RequestBody.Toll toll = bytes -> pay("connection", bytes, more -> posts.takeMore(more, System.nanoTime()));
        InetAddress address = address(exchange);
        if (address == null) {
            return toll;
        }
        refuseTooFast("address", "posts", direct.post(address, now));
        return bytes -> {
            Problem tooFast = toll.pay(bytes);
            return tooFast != null
                    ? tooFast
                    : pay("address", bytes, more -> direct.postMore(address, more, System.nanoTime()));
        };
    }

    private static @Nullable Problem pay(String who, int bytes, IntToLongFunction take) {
        long waitMs = bytes > POST_BYTES ? take.applyAsLong((bytes - 1) / POST_BYTES) : 0; // One is paid.
        return waitMs > 0 ? tooFast(who, "posts", waitMs) : null;
    }

    /** Admits a stream or refuses it with 429. When the stream ends, {@link #release} must be called. */
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

    /** Refuses what {@link #open} would refuse, without counting. HEAD has the same result as GET (RFC 9110, 9.3.2). */
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

    /** Admits a request for a history page, which counts as opening a stream, or refuses it with 429. */
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

    /** Releases a stream that {@link #open} admitted and that ended or never began. Does nothing the second time. */
    static void release(HttpServerExchange exchange) {
        Runnable release = exchange.removeAttachment(RELEASE);
        if (release != null) {
            release.run();
        }
    }

    /** Returns the source address of a connection, or null if it has no limit per address. */
    private @Nullable InetAddress address(HttpServerExchange exchange) {
        var peer = exchange.getSourceAddress();
        InetAddress address = peer == null ? null : peer.getAddress();
        return address == null || config.isExempt(address) ? null : address;
    }

    private static void refuseTooFast(String who, String does, long waitMs) throws Problem {
        if (waitMs > 0) {
            throw tooFast(who, does, waitMs);
        }
    }

    private static Problem tooFast(String who, String does, long waitMs) {
        return Problem.tryLater(429, "This " + who + " " + does + " too fast: wait as Retry-After says.", waitMs);
    }

    private static Problem tooMany(String who) {
        return Problem.tryLater(
                429, "streams", "This " + who + " holds as many streams as it may: close one first.", 1_000);
    }
}
