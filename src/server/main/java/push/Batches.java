package push;

import java.util.EnumMap;
import java.util.Map;

/**
 * A shard's batches, one for each wire format that its streams use.
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

    /** Adds the counts since the last report to the server's statistics and resets them. */
    void report(Stats stats) {
        for (Batch batch : byWire.values()) {
            stats.count(batch.delivered, batch.laps);
            batch.delivered = 0;
            batch.laps = 0;
        }
    }
}
