package push.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import push.RateLimit;

/**
 * What each address has asked for: its rates, and how many streams it holds. Of IPv6 a /64 counts as one address, for
 * a customer has at least that many.
 *
 * <p>It exists because a proxy's users share its connections, and an abuser may have many. Those that hold streams are
 * bounded by the streams; of the others the newest 10,000 are known, and a forgotten one begins with full buckets.
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock.
 */
final class Clients {
    static final int MAX_IDLE = 10_000;

    /** An address that has asked. */
    private static final class Client {
        final RateLimit opens;
        final RateLimit posts;
        int streams;

        Client(RateLimit opens, RateLimit posts) {
            this.opens = opens;
            this.posts = posts;
        }
    }

    private final int opensPerSecond;
    private final int openBurst;
    private final int postsPerSecond;
    private final int postBurst;
    private final int maxStreams;

    @GuardedBy("this")
    private final Map<String, Client> holding = new HashMap<>();

    @GuardedBy("this")
    private final LinkedHashMap<String, Client> idle = new LinkedHashMap<>();

    /**
     * A table without clients.
     *
     * @param factor how many times each address has the rates of a connection
     * @param maxStreams how many streams an address may hold
     */
    Clients(Config config, int factor, int maxStreams) {
        this.opensPerSecond = factor * config.opensPerSecond();
        this.openBurst = factor * config.openBurst();
        this.postsPerSecond = factor * config.postsPerSecond();
        this.postBurst = factor * config.postBurst();
        this.maxStreams = maxStreams;
    }

    /** Takes a post from an address's rate: 0, or the milliseconds to wait. */
    synchronized long post(InetAddress address, long nowNanos) {
        return of(key(address), nowNanos).posts.take(nowNanos);
    }

    /** Takes a stream from an address's rate: 0, or the milliseconds to wait. */
    synchronized long open(InetAddress address, long nowNanos) {
        return of(key(address), nowNanos).opens.take(nowNanos);
    }

    /** What {@link #open} would say, without taking anything. */
    synchronized long openWaitMs(InetAddress address, long nowNanos) {
        return of(key(address), nowNanos).opens.waitMs(nowNanos);
    }

    /** Whether the address holds as many streams as it may. */
    synchronized boolean isFull(InetAddress address, long nowNanos) {
        return of(key(address), nowNanos).streams >= maxStreams;
    }

    /** Counts a stream, unless the address holds as many as it may. */
    synchronized boolean hold(InetAddress address, long nowNanos) {
        String key = key(address);
        Client client = of(key, nowNanos);
        if (client.streams >= maxStreams) {
            return false;
        }
        client.streams++;
        idle.remove(key);
        holding.put(key, client);
        return true;
    }

    /** A stream that was counted has ended. */
    synchronized void release(InetAddress address) {
        String key = key(address);
        Client client = holding.get(key);
        if (client != null && --client.streams == 0) {
            holding.remove(key);
            keep(key, client);
        }
    }

    synchronized int known() {
        return holding.size() + idle.size();
    }

    @GuardedBy("this")
    private Client of(String key, long nowNanos) {
        Client held = holding.get(key);
        if (held != null) {
            return held;
        }
        Client client = idle.remove(key);
        if (client == null) {
            client = new Client(
                    new RateLimit(opensPerSecond, openBurst, nowNanos),
                    new RateLimit(postsPerSecond, postBurst, nowNanos));
        }
        keep(key, client);
        return client;
    }

    @GuardedBy("this")
    private void keep(String key, Client client) {
        idle.put(key, client);
        if (idle.size() > MAX_IDLE) {
            idle.remove(idle.keySet().iterator().next()); // The one that was not heard of for longest.
        }
    }

    /** What is counted as one address: of IPv6 a /64. */
    static String key(InetAddress address) {
        byte[] bytes = address.getAddress();
        return Arrays.toString(bytes.length == 16 ? Arrays.copyOf(bytes, 8) : bytes);
    }
}
