package push.http;

import io.undertow.server.HttpServerExchange;
import java.util.Locale;
import push.Json;
import push.MessageLog;
import push.Publisher;
import push.Shard;
import push.Shards;
import push.Stats;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /status}: the server's counters and state, for people and for the test suite.
 *
 * <p><b>Threads:</b> any thread; it has no state of its own.
 */
final class StatusHandler {
    private final Config config;
    private final MessageLog log;
    private final Shards shards;
    private final Stats stats;
    private final Publisher publisher;
    private final long startedNanos = System.nanoTime();

    StatusHandler(Config config, MessageLog log, Shards shards, Stats stats, Publisher publisher) {
        this.config = config;
        this.log = log;
        this.shards = shards;
        this.stats = stats;
        this.publisher = publisher;
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
        Stats.Messages sums = stats.messages();
        ObjectNode messages = status.putObject("messages");
        messages.put("posted", sums.posted());
        messages.put("deliveries", sums.deliveries());
        messages.put("laps", sums.laps());
        messages.put("wakeups", sums.wakeups());
        ObjectNode held = status.putObject("log");
        held.put("first", log.id(log.first()));
        held.put("newest", log.id(log.newest()));
        held.put("bytes", log.bytes());
        status.putPOJO("shards", shards.all().stream().map(Shard::figures).toList());
        if (publisher instanceof Monitored monitored) {
            status.putPOJO(monitored.name(), monitored.status());
        }
        Reply.send(exchange, "application/json", Json.MAPPER.writeValueAsBytes(status));
    }
}
