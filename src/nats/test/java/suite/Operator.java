package suite;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.time.Duration;

/**
 * A connection to NATS as an operator has one.
 *
 * <p><b>Threads:</b> confined to the test's.
 */
record Operator(Connection connection) implements AutoCloseable {
    /** The operator's entry, where a configuration names users. */
    static final String USER = "{ user: operator, password: operator }";

    static Operator connect(String urls) throws IOException {
        try {
            return new Operator(Nats.connect(new Options.Builder()
                    .servers(urls.split(","))
                    .userInfo("operator", "operator")
                    .connectionTimeout(Duration.ofSeconds(2))
                    .noReconnect()
                    .errorListener(new ErrorListener() {})
                    .build()));
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        }
    }

    JetStreamManagement management() throws IOException {
        return connection.jetStreamManagement();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        }
    }
}
