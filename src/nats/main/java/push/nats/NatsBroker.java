package push.nats;

import push.Publisher;
import push.http.Broker;
import push.http.NatsSettings;

/**
 * The broker that {@code PUSH_NATS_URL} names.
 *
 * <p><b>Threads:</b> the thread that starts the server.
 */
public final class NatsBroker implements Broker {
    @Override
    public Publisher.Factory publisher(NatsSettings settings) {
        NatsOptions options = new NatsOptions(settings); // Reads the files, so that a missing one ends the start.
        return (ours, log, shards, stats) -> new NatsPublisher(settings, options, ours, log, shards, stats);
    }
}
