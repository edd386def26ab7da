package push;

import io.undertow.server.HttpServerExchange;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * {@code GET /status}: what the server is doing, for a person and for the suite.
 *
 * <p><b>Threads:</b> any thread; it keeps nothing of its own.
 */
final class StatusHandler {
    private final Config config;
    private final MessageLog log;
    private final Shards shards;
    private final Stats stats;
    private final long startedNanos = System.nanoTime();

    StatusHandler(Config config, MessageLog log, Shards shards, Stats stats) {
        this.config = config;
        this.log = log;
        this.shards = shards;
        this.stats = stats;
    }

    void handle(HttpServerExchange exchange) {
        Stats.Streams streams = stats.streams();
        var closed = new LinkedHashMap<String, Long>();
        streams.closed().forEach((reason, count) -> closed.put(reason.name().toLowerCase(Locale.ROOT), count));
        var status = new LinkedHashMap<String, Object>();
        status.put("epoch", log.epoch());
        status.put("heartbeatMs", config.heartbeatMs());
        status.put("uptimeMs", (System.nanoTime() - startedNanos) / 1_000_000);
        status.put(
                "streams",
                map(
                        "open",
                        streams.open(),
                        "opened",
                        streams.opened(),
                        "refused",
                        streams.refused(),
                        "closed",
                        closed));
        status.put(
                "messages",
                map(
                        "posted",
                        stats.posted.sum(),
                        "deliveries",
                        stats.deliveries.sum(),
                        "laps",
                        stats.laps.sum(),
                        "wakeups",
                        stats.wakeups.sum()));
        status.put("log", map("first", log.id(log.first()), "newest", log.id(log.newest()), "bytes", log.bytes()));
        status.put("shards", shards.all().stream().map(Shard::figures).toList());
        Reply.send(exchange, "application/json", Json.MAPPER.writeValueAsBytes(status));
    }

    private static Map<String, Object> map(Object... namesAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
