package push.nats;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.MessageHandler;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import push.Message;
import push.MessageLog;
import push.Settings;
import push.Shards;
import push.http.BadConfig;
import push.http.NatsSettings;

/**
 * Follows the stream into the log: every message, in the stream's order, with the stream's numbers.
 *
 * <p>The client library has a consumer that is kept in order by itself. It is not used, because it continues in a stream
 * that was made after another was deleted without saying so. Instead, after any loss, a new consumer is
 * made that begins with the number after the log's newest message; {@link #look} does that.
 *
 * <pre>
 *     look ──▶ stream found or made ──▶ consumer ──▶ messages ──▶ log
 *      ▲                                                │
 *      └── reconnected, no heartbeat, a number missing ─┘  (or no answer to how far the stream is, asked every 2 s)
 * </pre>
 *
 * <p><b>Length:</b> every way to lose the thread leads to the same method, and they are easier to check side by side.
 *
 * <p><b>Threads:</b> looks on a thread of its own; messages come on the client's; the log's era and the consumer in use
 * change together, guarded by this object's lock.
 */
final class Follower {
    /** What becomes of a message that has arrived in the log. */
    interface Listener {
        /**
         * Called once for each message.
         *
         * @param server the one that has sent it
         * @param isCopy whether the stream has it from another stream, so that it may have arrived before
         */
        void arrived(String messageId, String server, boolean isCopy, Message message);
    }

    private static final Logger LOG = Logger.getLogger(Follower.class.getName());
    private static final long RETRY_MS = 200;
    private static final long FILL_MS = 2_000; // Then the server starts to say that it is not ready.
    private static final long CHECK_MS = 2_000;
    private static final long LOST_NANOS = 5_000_000_000L;
    private static final Duration HEARTBEAT = Duration.ofMillis(500);
    /** For messages that have arrived and are not yet in the log. Beyond it the client drops them, and a look follows. */
    private static final long MAX_PENDING_BYTES = 32 << 20;

    private final Settings settings;
    private final MessageLog log;
    private final Shards shards;
    private final Listener listener;
    private final Streams streams;
    private final Link link;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> Threads.daemon(task, "push-nats-follow"));
    private final AtomicBoolean asked = new AtomicBoolean(); // Set by anything that may have lost a message.
    private @Nullable Dispatcher dispatcher;
    private @Nullable ZonedDateTime created;
    private long wentBackNanos;
    private long failingSinceNanos;
    private String candidate = "";
    private long candidateSinceNanos;
    private String followed = "";
    private long checked = -1;

    @GuardedBy("this")
    private @Nullable Run current;

    private volatile long fillTo = Long.MAX_VALUE; // Volatile: set by a look, read where messages come in.
    private final CountDownLatch filled = new CountDownLatch(1);
    private volatile long pending; // Volatile: for metrics.
    private final AtomicLong looks = new AtomicLong(); // For metrics.
    private volatile String trouble = ""; // Volatile: for people, who read it on other threads.

    Follower(
            NatsSettings nats,
            NatsOptions options,
            Settings settings,
            MessageLog log,
            Shards shards,
            Listener listener) {
        this.settings = settings;
        this.log = log;
        this.shards = shards;
        this.listener = listener;
        this.streams = new Streams(nats, settings);
        this.link = new Link(options, thread, this::lookSoon);
    }

    /**
     * Connects, and follows the stream as soon as it can. If NATS is there, waits for the log to be filled, but not for
     * long.
     *
     * @throws BadConfig if NATS is there and cannot be used
     */
    void start(int replicas) {
        link.connect();
        Connection connection = link.connected();
        if (connection != null) {
            streams.refuseOldServer(connection, replicas);
        }
        lookSoon();
        var unusedTimer = thread.scheduleWithFixedDelay(this::check, CHECK_MS, CHECK_MS, TimeUnit.MILLISECONDS);
        if (connection != null) {
            try {
                boolean unused = filled.await(FILL_MS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    Link link() {
        return link;
    }

    String subject() {
        return streams.subject();
    }

    boolean isFilled() {
        return filled.getCount() == 0;
    }

    /** Returns how many messages the stream had that the log did not have, when it was last known. */
    long lag() {
        return pending;
    }

    /** Returns how often the stream was looked for. */
    long looks() {
        return looks.get();
    }

    String trouble() {
        return link.connected() == null ? link.trouble() : trouble;
    }

    void end() {
        thread.shutdownNow();
        link.end();
    }

    /** Looks for the stream on the follower's thread, once for all calls before it does. */
    void lookSoon() {
        if (asked.compareAndSet(false, true)) {
            try {
                thread.execute(this::look);
            } catch (RejectedExecutionException e) {
                // It was ended meanwhile.
            }
        }
    }

    /**
     * Asks how far the stream is, and whether it still has the subject. A NATS server that is cut off from the others goes
     * on sending heartbeats, and no messages.
     */
    private void check() {
        Connection connection = link.connected();
        if (connection == null || followed.isEmpty()) {
            return;
        }
        try {
            StreamInfo info = connection.jetStreamManagement().getStreamInfo(followed);
            long newest = log.nextNumber() - 1;
            pending = Math.max(0, info.getStreamState().getLastSequence() - newest);
            boolean retired = !info.getConfiguration().getSubjects().contains(streams.subject());
            if (retired || (pending > 0 && newest == checked)) {
                lookSoon();
            }
            checked = newest;
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            lookSoon(); // It fails in the same way, and says so.
        }
    }

    private void look() {
        asked.set(false);
        Connection connection = link.connected();
        if (connection == null) {
            return; // When it is back, this is called again.
        }
        try {
            looks.incrementAndGet();
            follow(connection, streams.find(connection, log.epoch()));
            trouble = "";
            failingSinceNanos = 0;
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            String text = e.getMessage() == null ? e.toString() : e.getMessage();
            if (!text.equals(trouble)) {
                trouble = text;
                LOG.log(Level.WARNING, "NATS: the stream cannot be followed now: {0}", text);
            }
            leaveIfCutOff(connection);
            if (!thread.isShutdown()) {
                var unused = thread.schedule(this::lookSoon, RETRY_MS, TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Goes to another NATS server when this one has not reached the stream for a while: it may be cut off from the rest. */
    private void leaveIfCutOff(Connection connection) {
        long now = System.nanoTime();
        failingSinceNanos = failingSinceNanos == 0 ? now : failingSinceNanos;
        if (now - failingSinceNanos < LOST_NANOS) {
            return;
        }
        failingSinceNanos = 0;
        reconnect(connection);
    }

    /** Goes to another NATS server, because this one acknowledges nothing. */
    void leave() {
        try {
            thread.execute(() -> {
                Connection connection = link.connected();
                if (connection != null) {
                    reconnect(connection);
                }
            });
        } catch (RejectedExecutionException e) {
            // It was ended meanwhile.
        }
    }

    private static void reconnect(Connection connection) {
        try {
            connection.forceReconnect();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "NATS: {0}", String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(Connection connection, StreamInfo info) throws IOException, JetStreamApiException {
        String name = info.getConfiguration().getName();
        String epoch = Streams.epoch(name);
        long first = Math.max(1, info.getStreamState().getFirstSequence());
        long last = info.getStreamState().getLastSequence();
        if (epoch.equals(log.epoch()) && !isWhatItWas(connection, info)) {
            lookSoon();
            return;
        }
        if (!epoch.equals(log.epoch()) && !hasStayed(name)) {
            var unused = thread.schedule(this::lookSoon, RETRY_MS, TimeUnit.MILLISECONDS);
            return;
        }
        created = info.getCreateTime();
        followed = name;
        wentBackNanos = 0;
        Run run = new Run(epoch);
        long next;
        boolean restarted;
        synchronized (this) {
            next = log.nextNumber();
            restarted = !epoch.equals(log.epoch()) || next < first;
            if (restarted) {
                next = Math.max(first, last - settings.retainMessages() + 1);
                log.restart(epoch, next);
            }
            current = run;
        }
        if (restarted) {
            shards.wake();
        }
        fillTo = last;
        subscribe(connection, name, run, next);
        if (next > last) {
            pending = 0;
            filled.countDown();
        }
    }

    /** Returns whether this was the stream a little earlier, too. Other servers may make one at the same moment. */
    private boolean hasStayed(String name) {
        long now = System.nanoTime();
        if (!name.equals(candidate)) {
            candidate = name;
            candidateSinceNanos = now;
        }
        return now - candidateSinceNanos >= RETRY_MS * 1_000_000;
    }

    /**
     * Returns whether a stream with the known epoch still has the known messages. Retires it if it does not. A server
     * that has just become the stream's leader may not have counted its last messages yet, so it is given time.
     */
    private boolean isWhatItWas(Connection connection, StreamInfo info) throws IOException, JetStreamApiException {
        boolean another = created != null && !created.equals(info.getCreateTime());
        long last = info.getStreamState().getLastSequence();
        if (!another && log.nextNumber() <= last + 1) {
            return true;
        }
        long now = System.nanoTime();
        wentBackNanos = wentBackNanos == 0 ? now : wentBackNanos;
        if (!another && now - wentBackNanos < LOST_NANOS) {
            throw new IOException("it ends with number " + last + ", before what it has had");
        }
        streams.retire(connection, info, another ? "it was made again" : "it ends with number " + last);
        return false;
    }

    private void subscribe(Connection connection, String name, Run run, long next)
            throws IOException, JetStreamApiException {
        closeDispatcher(connection);
        Dispatcher fresh = connection.createDispatcher();
        fresh.setPendingLimits(2L * settings.retainMessages() + 1_000, MAX_PENDING_BYTES);
        dispatcher = fresh;
        var consumer = ConsumerConfiguration.builder()
                .deliverPolicy(DeliverPolicy.ByStartSequence)
                .startSequence(next)
                .ackPolicy(AckPolicy.None)
                .maxDeliver(1)
                .memStorage(true)
                .numReplicas(1)
                .inactiveThreshold(Duration.ofSeconds(5))
                .flowControl(HEARTBEAT)
                .build();
        var options = PushSubscribeOptions.builder().stream(name)
                .configuration(consumer)
                .build();
        connection.jetStream().subscribe(streams.subject(), fresh, run, false, options);
    }

    private void closeDispatcher(Connection connection) {
        Dispatcher old = dispatcher;
        dispatcher = null;
        if (old != null) {
            try {
                connection.closeDispatcher(old);
            } catch (IllegalArgumentException | IllegalStateException e) {
                // It is of an earlier connection, and has ended with it.
            }
        }
    }

    /** One consumer's messages. Those of an earlier consumer are dropped. */
    private final class Run implements MessageHandler {
        private final String epoch;
        private long expected = 1;

        Run(String epoch) {
            this.epoch = epoch;
        }

        @Override
        public void onMessage(io.nats.client.Message message) {
            var about = message.metaData();
            if (about.consumerSequence() != expected) {
                expected = -1; // A message is missing. Those after it come again, to the next consumer.
                lookSoon();
                return;
            }
            expected++;
            Message stored = store(about.streamSequence(), about.timestamp(), message.getData());
            if (stored == null) {
                return;
            }
            shards.wake();
            pending = about.pendingCount();
            if (about.streamSequence() >= fillTo) {
                filled.countDown();
            }
            var headers = message.getHeaders();
            String id = headers == null ? null : headers.getFirst(NatsPublisher.ID);
            if (headers != null && id != null) {
                String server = headers.getFirst(NatsPublisher.SERVER);
                boolean isCopy = headers.getFirst(Streams.COPIED) != null;
                listener.arrived(id, server == null ? "" : server, isCopy, stored);
            }
        }

        private @Nullable Message store(long number, ZonedDateTime time, byte[] body) {
            synchronized (Follower.this) {
                if (current != this || (epoch.equals(log.epoch()) && number < log.nextNumber())) {
                    return null;
                }
                return log.append(
                        epoch, number, Body.decode(body), time.toInstant().toEpochMilli());
            }
        }
    }
}
