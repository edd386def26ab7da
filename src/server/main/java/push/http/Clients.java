package push.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import push.RateLimit;

/**
 * The rate limits and the open streams of each client address. An IPv6 /64 counts as one address, because a customer
 * has at least that many.
 *
 * <p>It exists because the users behind a proxy share its connections, and an abuser may open many. The table holds
 * every address with open streams, and the 10,000 most recent addresses without. A forgotten address starts with full
 * buckets.
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock.
 */
final class Clients {
    static final int MAX_IDLE = 10_000;

    /** An address that has sent a request. */
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
     * Creates an empty table.
     *
     * @param factor the rates of one address, as a multiple of the rates of one connection
     * @param maxStreams the maximum number of streams per address
     */
    Clients(Config config, int factor, int maxStreams) {
        this.opensPerSecond = factor * config.opensPerSecond();
        this.openBurst = factor * config.openBurst();
        this.postsPerSecond = factor * config.postsPerSecond();
        this.postBurst = factor * config.postBurst();
        this.maxStreams = maxStreams;
    }

    /** Takes a post from an address's rate limit. Returns 0, or the milliseconds to wait. */
    synchronized long post(InetAddress address, long nowNanos) {
        return of(key(address), nowNanos).posts.take(nowNanos);
    }

    /** Takes what a post costs in addition, because of its size. Returns 0, or the milliseconds to wait. */
    synchronized long postMore(InetAddress address, int more, long nowNanos) {
        return of(key(address), nowNanos).posts.takeMore(more, nowNanos);
    }

    /** Takes a stream from an address's rate limit. Returns 0, or the milliseconds to wait. */
    synchronized long open(InetAddress address, long nowNanos) {
        return of(key(address), nowNanos).opens.take(nowNanos);
    }

    /** Returns what {@link #open} would return, without taking anything. */
    synchronized long openWaitMs(InetAddress address, long nowNanos) {
        return of(key(address), nowNanos).opens.waitMs(nowNanos);
    }

    /** Returns whether the address holds the maximum number of streams. */
    synchronized boolean isFull(InetAddress address, long nowNanos) {
        return of(key(address), nowNanos).streams >= maxStreams;
    }

    /** Counts a stream, unless the address holds the maximum. Returns whether it was counted. */
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

    /** Records that a counted stream has ended. */
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
            idle.remove(idle.keySet().iterator().next()); // The least recently active one.
        }
    }

    /** Returns the key of an address; the addresses of an IPv6 /64 share one key. */
    static String key(InetAddress address) {
        byte[] bytes = address.getAddress();
        return Arrays.toString(bytes.length == 16 ? Arrays.copyOf(bytes, 8) : bytes);
    }
}
