package push.http;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import push.MessageLog;
import push.Publisher;
import push.Shards;
import push.Stats;

/**
 * {@code GET /metrics}: the server's counters, for Prometheus, in the format of its client library.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Metrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();

    Metrics(MessageLog log, Shards shards, Stats stats, Publisher publisher) {
        if (publisher instanceof Monitored monitored) {
            monitored.register(registry);
        }
        counter("push_streams_opened", "Streams opened.", s -> s.streams().opened(), stats);
        counter(
                "push_streams_refused",
                "Streams refused because of a limit or a rate.",
                s -> s.streams().refused(),
                stats);
        counter("push_messages_posted", "Messages stored.", s -> s.messages().posted(), stats);
        counter(
                "push_deliveries",
                "Messages that streams have moved past, by writing them or, in a snapshot, newer ones.",
                s -> s.messages().deliveries(),
                stats);
        counter(
                "push_laps",
                "Times that a stream fell off the log.",
                s -> s.messages().laps(),
                stats);
        counter(
                "push_wakeups",
                "Times that an IO thread was woken to write.",
                s -> s.messages().wakeups(),
                stats);
        counter(
                "push_connections_refused",
                "Connections closed before TLS because of a limit.",
                s -> s.connectionsRefused.sum(),
                stats);
        counter(
                "push_handshakes_dropped",
                "Handshakes ended to make room for others.",
                s -> s.handshakesDropped.sum(),
                stats);
        CounterWithCallback.builder()
                .name("push_streams_closed")
                .help("Streams closed, by reason.")
                .labelNames("reason")
                .callback(c -> stats.streams()
                        .closed()
                        .forEach((reason, count) -> c.call(count, reason.name().toLowerCase(Locale.ROOT))))
                .register(registry);
        gauge("push_streams_open", "Streams that are open.", s -> s.streams().open(), stats);
        gauge("push_connections_open", "Connections that are open.", s -> s.connections.sum(), stats);
        gauge("push_log_bytes", "Encoded bytes that the log keeps.", MessageLog::bytes, log);
        gauge("push_log_messages", "Messages that the log keeps.", l -> l.newest() - l.first() + 1, log);
        gauge("push_stream_lag_max", "Messages by which the slowest stream is behind.", Metrics::maxLag, shards);
    }

    private static double maxLag(Shards shards) {
        return shards.all().stream()
                .mapToLong(shard -> shard.figures().maxLag())
                .max()
                .orElse(0);
    }

    private <T> void counter(String name, String help, ToDoubleFunction<T> value, T of) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(c -> c.call(value.applyAsDouble(of)))
                .register(registry);
    }

    private <T> void gauge(String name, String help, ToDoubleFunction<T> value, T of) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(c -> c.call(value.applyAsDouble(of)))
                .register(registry);
    }

    void handle(HttpServerExchange exchange) {
        // Not findWriter: it finds the protobuf writer, which is not in this build.
        boolean isOpen = formats.getOpenMetricsTextFormatWriter().accepts(FieldReader.join(exchange, Headers.ACCEPT));
        var writer = isOpen ? formats.getOpenMetricsTextFormatWriter() : formats.getPrometheusTextFormatWriter();
        var out = new ByteArrayOutputStream();
        try {
            writer.write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory cannot fail", e);
        }
        Reply.send(exchange, writer.getContentType(), out.toByteArray());
    }
}
