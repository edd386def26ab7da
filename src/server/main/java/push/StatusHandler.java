package push;

import io.undertow.server.HttpServerExchange;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

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
        Stats.Streams counts = stats.streams();
        ObjectNode status = Json.MAPPER.createObjectNode();
        status.put("epoch", log.epoch());
        status.put("heartbeatMs", config.heartbeatMs());
        status.put("uptimeMs", (System.nanoTime() - startedNanos) / 1_000_000);
        ObjectNode streams = status.putObject("streams");
        streams.put("open", counts.open());
        streams.put("opened", counts.opened());
        streams.put("refused", counts.refused());
        ObjectNode closed = streams.putObject("closed");
        counts.closed().forEach((reason, count) -> closed.put(reason.name().toLowerCase(Locale.ROOT), count));
        ObjectNode messages = status.putObject("messages");
        messages.put("posted", stats.posted.sum());
        messages.put("deliveries", stats.deliveries.sum());
        messages.put("laps", stats.laps.sum());
        messages.put("wakeups", stats.wakeups.sum());
        ObjectNode held = status.putObject("log");
        held.put("first", log.id(log.first()));
        held.put("newest", log.id(log.newest()));
        held.put("bytes", log.bytes());
        status.putPOJO("shards", shards.all().stream().map(Shard::figures).toList());
        Reply.send(exchange, "application/json", Json.MAPPER.writeValueAsBytes(status));
    }
}
