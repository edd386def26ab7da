package push;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xnio.XnioIoThread;

/**
 * The shards of all IO threads.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Shards {
    private final Config config;
    private final MessageLog log;
    private final Stats stats;
    private final Map<XnioIoThread, Shard> byThread = new ConcurrentHashMap<>();
    private final List<Shard> all = new CopyOnWriteArrayList<>();

    public Shards(Config config, MessageLog log, Stats stats) {
        this.config = config;
        this.log = log;
        this.stats = stats;
    }

    /** The shard of an IO thread, made when its first connection comes. */
    Shard of(XnioIoThread thread) {
        return byThread.computeIfAbsent(thread, key -> {
            Shard shard = new Shard(key, config, log, stats);
            all.add(shard);
            return shard;
        });
    }

    List<Shard> all() {
        return all;
    }

    /** Tells every shard that the log has grown. */
    public void wake() {
        for (Shard shard : all) {
            shard.wake();
        }
    }
}
