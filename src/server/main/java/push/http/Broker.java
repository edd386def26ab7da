package push.http;

import push.Publisher;

/**
 * Makes the publisher of a server that is one of several: it publishes through a broker, whose stream every server
 * follows into its own log.
 *
 * <p>It exists so that the client library of a broker is a module of its own. The service is looked up only if the
 * settings name a broker; otherwise none of its classes is loaded.
 *
 * <p><b>Threads:</b> the thread that starts the server.
 */
public interface Broker {
    /**
     * Returns what makes the publisher.
     *
     * @throws BadConfig if the settings cannot be used
     */
    Publisher.Factory publisher(NatsSettings settings);
}
