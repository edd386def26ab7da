package push;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The shards of all event loops: accepts connections and notifies every shard.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Shards {
    private final Settings settings;
    private final MessageLog log;
    private final Stats stats;
    private final int slice;
    private final Map<EventLoop, Shard> byLoop = new ConcurrentHashMap<>();
    private final List<Shard> all = new CopyOnWriteArrayList<>();

    public Shards(Settings settings, MessageLog log, Stats stats) {
        this(settings, log, stats, Shard.SLICE);
    }

    Shards(Settings settings, MessageLog log, Stats stats, int slice) {
        this.slice = slice;
        this.settings = settings;
        this.log = log;
        this.stats = stats;
    }

    /** Adds the connection of a new client. Called on its event loop, whose shard is created with its first client. */
    public Connection connect(EventLoop loop, Transport transport) {
        return of(loop).connect(transport);
    }

    Shard of(EventLoop loop) {
        return byLoop.computeIfAbsent(loop, key -> {
            Shard shard = new Shard(key, settings, log, stats, slice);
            all.add(shard);
            return shard;
        });
    }

    /** Returns the server's counters. */
    public Stats stats() {
        return stats;
    }

    /** Returns the shards of the event loops that have served a client. */
    public List<Shard> all() {
        return all;
    }

    /** Tells every shard that the log has grown. */
    public void wake() {
        all.forEach(Shard::wake);
    }

    /** Refuses every request that has not fully arrived. */
    public void refuseIncoming() {
        all.forEach(shard -> shard.later(connection -> connection.transport().refuseIncoming()));
    }

    /** Sends every stream the log up to its head and a bye record, then ends the stream. */
    public void sayGoodbye() {
        all.forEach(Shard::sayGoodbye);
    }

    /** Tells every peer that its connection is closing. Streams that are still open end with the connection. */
    public void goAway() {
        all.forEach(shard -> shard.later(connection -> {
            connection.willEnd(EndReason.DRAIN);
            connection.transport().goAway();
        }));
    }
}
