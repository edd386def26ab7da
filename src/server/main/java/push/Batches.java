package push;

import java.util.EnumMap;
import java.util.Map;

/**
 * The batches of a shard: one for each form in which its streams are read.
 *
 * <p><b>Threads:</b> confined to its shard's event loop.
 */
final class Batches {
    private final MessageLog log;
    private final Map<Wire, Batch> byWire = new EnumMap<>(Wire.class);

    Batches(MessageLog log) {
        this.log = log;
    }

    Batch of(Wire wire) {
        return byWire.computeIfAbsent(wire, key -> new Batch(log, key));
    }

    /** Moves what has been counted since the last time to where it is seen. */
    void report(Stats stats) {
        for (Batch batch : byWire.values()) {
            stats.count(batch.delivered, batch.laps);
            batch.delivered = 0;
            batch.laps = 0;
        }
    }
}
