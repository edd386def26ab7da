package push.nats;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/**
 * What a server of a cluster tells Prometheus about its broker.
 *
 * <p><b>Threads:</b> any thread.
 */
final class NatsMetrics {
    private final Follower follower;
    private final IntSupplier waiting;
    private final Histogram arrival = Histogram.builder()
            .name("push_nats_publish_seconds")
            .help("Time from a POST to the arrival of its message in the order.")
            .classicUpperBounds(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
            .build();
    private final Counter resends = Counter.builder()
            .name("push_nats_resends")
            .help("Messages sent again, because it was not known whether they were stored.")
            .build();
    private final Counter failures = Counter.builder()
            .name("push_nats_publish_failures")
            .help("Publish attempts that were refused or not answered.")
            .build();

    NatsMetrics(Follower follower, IntSupplier waiting) {
        this.follower = follower;
        this.waiting = waiting;
    }

    void register(PrometheusRegistry registry) {
        registry.register(arrival);
        registry.register(resends);
        registry.register(failures);
        CounterWithCallback.builder()
                .name("push_nats_looks")
                .help("Times that the stream was looked for, at the start and after a loss of any kind.")
                .callback(c -> c.call((double) follower.looks()))
                .register(registry);
        gauge(
                registry,
                "push_nats_connected",
                "1 if NATS is connected.",
                () -> follower.link().connected() == null ? 0 : 1);
        gauge(
                registry,
                "push_nats_following",
                "1 if the stream is followed.",
                () -> follower.trouble().isEmpty() ? 1 : 0);
        gauge(registry, "push_nats_lag", "Messages of the stream that the log has yet to get.", () ->
                (double) follower.lag());
        gauge(registry, "push_nats_waiting", "POSTs that wait for their message.", waiting::getAsInt);
    }

    private static void gauge(PrometheusRegistry registry, String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(c -> c.call(value.getAsDouble()))
                .register(registry);
    }

    void observe(long nanos) {
        arrival.observe(nanos / 1e9);
    }

    void countResend() {
        resends.inc();
    }

    void countFailure() {
        failures.inc();
    }
}
