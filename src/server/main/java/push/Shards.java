package push;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The shards of all event loops: where connections come in, and what all of them are told.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Shards {
    private final Settings settings;
    private final MessageLog log;
    private final Stats stats;
    private final Map<EventLoop, Shard> byLoop = new ConcurrentHashMap<>();
    private final List<Shard> all = new CopyOnWriteArrayList<>();

    public Shards(Settings settings, MessageLog log, Stats stats) {
        this.settings = settings;
        this.log = log;
        this.stats = stats;
    }

    /** A client has connected; on the event loop that serves it, whose shard is made when its first client comes. */
    public Connection connect(EventLoop loop, Transport transport) {
        return of(loop).connect(transport);
    }

    Shard of(EventLoop loop) {
        return byLoop.computeIfAbsent(loop, key -> {
            Shard shard = new Shard(key, settings, log, stats);
            all.add(shard);
            return shard;
        });
    }

    /** The counts of the server. */
    public Stats stats() {
        return stats;
    }

    /** Those of the loops that have served a client. */
    public List<Shard> all() {
        return all;
    }

    /** Tells every shard that the log has grown. */
    public void wake() {
        all.forEach(Shard::wake);
    }

    /** Has every request refused that is still coming in. */
    public void refuseIncoming() {
        all.forEach(shard -> shard.later(connection -> connection.transport().refuseIncoming()));
    }

    /** Has every stream get what the log has by now, then a bye, and its end. */
    public void sayGoodbye() {
        all.forEach(Shard::sayGoodbye);
    }

    /** Has every connection told that it is over; what has not ended by itself ends with it. */
    public void goAway() {
        all.forEach(shard -> shard.later(connection -> {
            connection.willEnd(EndReason.DRAIN);
            connection.transport().goAway();
        }));
    }
}
