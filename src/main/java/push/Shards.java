package push;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.xnio.XnioIoThread;

/**
 * The shards of all IO threads.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Shards {
    private final Config config;
    private final MessageLog log;
    final Stats stats;
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
        all.forEach(Shard::wake);
    }

    /** Has every request refused whose body is still coming in. */
    public void refuseBodies() {
        forEach(connection -> List.copyOf(connection.bodies).forEach(Body::refuse));
    }

    /** Has every stream get what the log has by now, then a bye, and its end. */
    public void drain() {
        all.forEach(shard -> shard.execute(shard::drain));
    }

    /** Has every connection told that it is over; what has not ended by itself ends with it. */
    public void goAway() {
        forEach(Connection::goAway);
    }

    private void forEach(Consumer<Connection> task) {
        all.forEach(shard -> shard.execute(() -> shard.forEachConnection(task)));
    }
}
