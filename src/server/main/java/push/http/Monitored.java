package push.http;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;

/**
 * A publisher that has figures of its own for {@code /metrics} and {@code /status}.
 *
 * <p><b>Threads:</b> any thread.
 */
public interface Monitored {
    /** Adds the metrics. Called once. */
    void register(PrometheusRegistry registry);

    /** Returns the members of the publisher's object in the status, whose name is {@link #name}. */
    Map<String, Object> status();

    /** Returns the name of the object in the status. */
    String name();
}
