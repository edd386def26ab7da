package push.nats;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Nats;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import push.http.BadConfig;

/**
 * The connection to NATS, made again whenever it is lost.
 *
 * <p>The client library reconnects by itself, except after it was refused twice in a row for its credentials. It then
 * closes the connection for good, so a new one is made: credentials that were revoked may be given back.
 *
 * <p><b>Threads:</b> any thread; it connects on the thread that it is given.
 */
final class Link implements ConnectionListener, ErrorListener {
    private static final Logger LOG = Logger.getLogger(Link.class.getName());
    private static final long RETRY_MS = 500;

    private final NatsOptions options;
    private final ScheduledExecutorService thread;
    private final Runnable changed;
    private volatile @Nullable Connection connection; // Volatile: set by the thread, read by those that publish.
    private volatile String trouble = "not connected yet"; // Volatile: for people, who read it on other threads.
    private volatile boolean ended;
    private final AtomicBoolean planned = new AtomicBoolean(); // Set while an attempt to connect is to come.

    /**
     * Creates a link that is not connected.
     *
     * @param changed called when what was read or sent over the connection may have been lost
     */
    Link(NatsOptions options, ScheduledExecutorService thread, Runnable changed) {
        this.options = options;
        this.thread = thread;
        this.changed = changed;
    }

    /** Connects, or goes on trying to. */
    void connect() {
        planned.set(false);
        if (ended) {
            return;
        }
        try {
            Connection made = Nats.connect(options.build(this, this));
            connection = made;
            trouble = "";
            if (ended) {
                end(); // It was ended meanwhile.
            } else if (made.getStatus() == Connection.Status.CLOSED) {
                later(); // It was closed meanwhile, before the event could be known to be about this one.
            }
        } catch (IOException e) {
            trouble = trouble.isEmpty() || trouble.startsWith("not connected") ? text(e) : trouble;
            later();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (BadConfig e) {
            throw e;
        } catch (RuntimeException e) {
            trouble = text(e);
            later();
        }
    }

    /** Returns the connection if it can be used now, otherwise null. */
    @Nullable
    Connection connected() {
        Connection now = connection;
        return now != null && now.getStatus() == Connection.Status.CONNECTED ? now : null;
    }

    /** Returns what is wrong, or an empty text. */
    String trouble() {
        return trouble;
    }

    void end() {
        ended = true;
        Connection last = connection;
        if (last != null) {
            try {
                last.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    @SuppressWarnings("deprecation") // It has no default, and is not called where the other one is there.
    public void connectionEvent(Connection on, Events event) {}

    @Override
    public void connectionEvent(Connection on, Events event, Long time, String details) {
        switch (event) {
            case CONNECTED, RECONNECTED -> {
                trouble = "";
                LOG.info("NATS: connected to " + on.getConnectedUrl());
            }
            case DISCONNECTED -> {
                if (!ended && trouble.isEmpty()) { // A reason that is known already says more.
                    trouble = "disconnected";
                    LOG.warning("NATS: disconnected; streams go on, and POSTs wait");
                }
            }
            case CLOSED -> {
                if (on == connection) { // Not one that has never been connected.
                    later();
                }
            }
            case RESUBSCRIBED -> changed.run();
            default -> {}
        }
    }

    @Override
    public void errorOccurred(Connection on, String error) {
        if (!error.equals(trouble)) { // The client tries several times a second.
            trouble = error;
            LOG.warning("NATS says: " + error);
        }
    }

    @Override
    public void exceptionOccurred(Connection on, Exception e) {
        String text = text(e);
        if (connected() == null && !text.equals(trouble)) {
            trouble = text;
            LOG.log(Level.WARNING, "NATS: {0}", text);
        }
    }

    @Override
    public void slowConsumerDetected(Connection on, Consumer consumer) {
        changed.run();
    }

    @Override
    public void heartbeatAlarm(Connection on, JetStreamSubscription subscription, long last, long lastConsumer) {
        changed.run();
    }

    private void later() {
        if (!ended && !thread.isShutdown() && planned.compareAndSet(false, true)) {
            var unused = thread.schedule(
                    () -> {
                        connect();
                        changed.run();
                    },
                    RETRY_MS,
                    TimeUnit.MILLISECONDS);
        }
    }

    private static String text(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
