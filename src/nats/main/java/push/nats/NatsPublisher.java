package push.nats;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.NUID;
import io.nats.client.PublishOptions;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import push.Message;
import push.MessageLog;
import push.NewMessage;
import push.Publisher;
import push.Publisher.Outcome.KeyReused;
import push.Publisher.Outcome.Stored;
import push.Settings;
import push.Shards;
import push.Stats;
import push.http.Monitored;
import push.http.NatsSettings;

/**
 * The publisher of a server that is one of several: it sends messages to a stream, and answers when they come back in
 * the stream's order.
 *
 * <p>A failed publish says nothing: the message may be stored, now or later. So each message has an id, made from its
 * {@code Idempotency-Key} if there is one, and is sent again with that id until it comes back or the time is over. The
 * stream stores an id once.
 *
 * <pre>
 *     POST ──▶ waiting ──send──▶ stream ──▶ Follower ──arrived──▶ answered
 *                 └── again: failed, or acknowledged and not arrived within a second
 * </pre>
 *
 * <p><b>Length:</b> the states of a waiting POST, and every step between them.
 *
 * <p><b>Threads:</b> any thread. It sends on a thread of its own, because sending may block.
 */
final class NatsPublisher implements Publisher, Monitored {
    /** The header by which the stream recognizes a message that it has. */
    static final String ID = "Nats-Msg-Id";
    /** The header that says which server has sent a message. */
    static final String SERVER = "Push-Server";

    /** More would wait for seconds in the client's queue even if NATS came back. */
    private static final int MAX_WAITING = 4_096;

    private static final int SWEEP_MS = 100;
    private static final int MAX_SENT_PER_SWEEP = 500; // While NATS refuses all, this bounds what the refusals cost.
    private static final long ARRIVAL_NANOS = 1_000_000_000L;
    private static final long IN_FLIGHT_NANOS = 5_000_000_000L;
    private static final long DEAF_NANOS = 6_000_000_000L; // Longer than most elections.

    private enum State {
        TO_SEND,
        IN_FLIGHT,
        ACKNOWLEDGED
    }

    /** A POST that waits for its message. */
    private static final class Waiting {
        final String id;
        final NewMessage asked;
        final long sinceNanos = System.nanoTime();
        final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        volatile State state = State.TO_SEND; // Volatile: the client's threads change it, the sender reads it.
        volatile long sentNanos; // Likewise; written before the state.

        Waiting(String id, NewMessage asked) {
            this.id = id;
            this.asked = asked;
        }
    }

    private final NatsSettings nats;
    private final Settings settings;
    private final MessageLog log;
    private final Stats stats;
    private final Follower follower;
    private final NatsMetrics metrics;
    private final String server = NUID.nextGlobal();
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();
    private final ScheduledExecutorService sender =
            Executors.newSingleThreadScheduledExecutor(task -> Threads.daemon(task, "push-nats-send"));
    private volatile long acknowledgedNanos =
            System.nanoTime(); // Volatile: set by the client's threads and the sender.
    private volatile boolean closed; // Volatile: set by the thread that drains, read by those that publish.

    NatsPublisher(
            NatsSettings nats, NatsOptions options, Settings settings, MessageLog log, Shards shards, Stats stats) {
        this.nats = nats;
        this.settings = settings;
        this.log = log;
        this.stats = stats;
        this.follower = new Follower(nats, options, settings, log, shards, this::arrived);
        this.metrics = new NatsMetrics(follower, waiting::size);
        try {
            follower.start(nats.replicas());
        } catch (RuntimeException e) {
            end();
            throw e;
        }
        var unused = sender.scheduleWithFixedDelay(this::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<Outcome> publish(NewMessage message, @Nullable String key) {
        if (closed || waiting.size() >= MAX_WAITING) {
            return CompletableFuture.failedFuture(new IllegalStateException("Closed, or too many wait"));
        }
        boolean keyed = key != null && settings.idempotencyMs() > 0;
        Waiting mine = new Waiting(keyed ? "key-" + key : NUID.nextGlobal(), message);
        Waiting other = waiting.putIfAbsent(mine.id, mine);
        if (other != null) { // The same key, before the first request has its answer.
            return other.asked.equals(message)
                    ? other.outcome.thenApply(NatsPublisher::again)
                    : CompletableFuture.completedFuture(new KeyReused());
        }
        try {
            sender.execute(() -> send(mine));
        } catch (RejectedExecutionException e) { // It was ended meanwhile.
            fail(mine);
        }
        return mine.outcome;
    }

    private static Outcome again(Outcome outcome) {
        return outcome instanceof Stored stored ? new Stored(stored.message(), true) : outcome;
    }

    @Override
    public boolean isReady() {
        return follower.isFilled();
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void end() {
        closed = true;
        sender.shutdownNow();
        follower.end();
        waiting.values().forEach(this::fail);
    }

    /** Sends what must be sent again, and fails what has waited too long. */
    private void sweep() {
        long now = System.nanoTime();
        leaveIfDeaf(now);
        int sent = 0;
        for (Iterator<Waiting> all = waiting.values().iterator(); all.hasNext(); ) {
            Waiting one = all.next();
            if (now - one.sinceNanos >= nats.waitMs() * 1_000_000L) {
                fail(one);
                continue;
            }
            long patience = switch (one.state) {
                case TO_SEND -> 0;
                case IN_FLIGHT -> IN_FLIGHT_NANOS;
                case ACKNOWLEDGED -> ARRIVAL_NANOS;
            };
            if (sent < MAX_SENT_PER_SWEEP && now - one.sentNanos >= patience) {
                sent++;
                metrics.countResend();
                send(one);
            }
        }
    }

    /**
     * Leaves a NATS server that acknowledges nothing. One that leads the stream and is cut off from the others may go on
     * answering how far the stream is.
     */
    private void leaveIfDeaf(long now) {
        if (waiting.isEmpty() || follower.link().connected() == null) {
            acknowledgedNanos = now;
        } else if (now - acknowledgedNanos >= DEAF_NANOS) {
            acknowledgedNanos = now;
            follower.leave();
        }
    }

    private void send(Waiting one) {
        Connection connection = follower.link().connected();
        if (connection == null || one.outcome.isDone()) {
            return;
        }
        one.sentNanos = System.nanoTime();
        one.state = State.IN_FLIGHT;
        try {
            var message = NatsMessage.builder()
                    .subject(follower.subject())
                    .headers(new Headers().put(SERVER, server))
                    .data(Body.encode(one.asked))
                    .build();
            var options = PublishOptions.builder().messageId(one.id).build();
            var unused = connection
                    .jetStream()
                    .publishAsync(message, options)
                    .whenComplete((acknowledged, failure) -> answered(one, acknowledged, failure));
        } catch (IOException | RuntimeException e) { // Not sent: the connection is lost.
            one.state = State.TO_SEND;
        }
    }

    private void answered(Waiting one, @Nullable PublishAck acknowledged, @Nullable Throwable failure) {
        if (failure != null || acknowledged == null) {
            metrics.countFailure();
            one.state = State.TO_SEND;
            return;
        }
        acknowledgedNanos = System.nanoTime();
        if (!acknowledged.isDuplicate()) {
            one.state = State.ACKNOWLEDGED; // It will arrive.
        } else if (acknowledged.getSeqno() == 0) { // Another server's message with this id is not stored yet.
            one.state = State.TO_SEND;
        } else {
            one.state = State.ACKNOWLEDGED;
            if (!one.outcome.isDone() && !sender.isShutdown()) {
                sender.execute(() -> find(one, acknowledged.getStream(), acknowledged.getSeqno()));
            }
        }
    }

    /**
     * Finishes a POST whose id the stream knows. If the log does not have what was asked at that number, the stream
     * decides: a stream that was made again under its name gives numbers that the log has for other messages.
     */
    private void find(Waiting one, String stream, long number) {
        String epoch = Streams.epoch(stream);
        Message message = log.find(epoch, number);
        if (message != null && message.says(one.asked)) {
            complete(one, new Stored(message, true));
            return;
        }
        Connection connection = follower.link().connected();
        if (connection == null || !epoch.equals(log.epoch()) || number >= log.nextNumber()) {
            return; // It will arrive, or the POST is sent again.
        }
        try {
            MessageInfo info = connection.jetStreamManagement().getMessage(stream, number);
            byte[] body = info.getData() == null ? new byte[0] : info.getData();
            long timeMs = info.getTime().toInstant().toEpochMilli();
            Message stored = new Message(epoch, 0, number, Body.decode(body), timeMs);
            if (!stored.says(one.asked)) {
                complete(one, new KeyReused());
            } else if (message == null) {
                complete(one, new Stored(stored, true));
            } // Otherwise the stream is not the one that the log has followed, and the follower will find out.
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() == 404) { // It is no longer kept, so it cannot be compared.
                complete(one, new KeyReused());
            }
        } catch (IOException e) {
            one.state = State.TO_SEND;
        }
    }

    /** A message has come back in the order, of this server or of another. */
    private void arrived(String id, String from, boolean isCopy, Message message) {
        Waiting one = waiting.get(id);
        boolean replayed = !from.equals(server);
        if (!replayed && (one != null || !isCopy)) { // A POST may have had its answer by another way, or none.
            stats.countPosted();
        }
        if (one == null) {
            return;
        }
        if (!message.says(one.asked)) {
            complete(one, new KeyReused());
        } else if (complete(one, new Stored(message, replayed)) && !replayed) {
            metrics.observe(System.nanoTime() - one.sinceNanos);
        }
    }

    private boolean complete(Waiting one, Outcome outcome) {
        waiting.remove(one.id, one);
        return one.outcome.complete(outcome);
    }

    private void fail(Waiting one) {
        waiting.remove(one.id, one);
        one.outcome.completeExceptionally(new TimeoutException("It has not come back in time"));
    }

    @Override
    public void register(PrometheusRegistry registry) {
        metrics.register(registry);
    }

    @Override
    public String name() {
        return "nats";
    }

    @Override
    public Map<String, Object> status() {
        Map<String, Object> status = new LinkedHashMap<>();
        Connection connection = follower.link().connected();
        String trouble = follower.trouble();
        status.put("state", connection == null ? "away" : trouble.isEmpty() ? "following" : "waiting");
        status.put("server", connection == null ? "" : String.valueOf(connection.getConnectedUrl()));
        status.put("trouble", trouble);
        status.put("filled", follower.isFilled());
        status.put("lag", follower.lag());
        status.put("waiting", waiting.size());
        return status;
    }
}
