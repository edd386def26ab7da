package lesson17_machines;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.NUID;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import push.Message;
import push.MessageLog;
import push.NewMessage;
import push.Publisher;
import push.Publisher.Outcome.KeyReused;
import push.Publisher.Outcome.Stored;
import push.Settings;
import push.Shards;
import push.http.NatsSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends messages to a stream that every server follows, and answers when they have come back in its order. The stream gives out
 * the numbers; here nothing is appended that has not been in it.
 *
 * <p><b>Threads:</b> any thread; messages arrive on one of the client's.
 */
final class JetStreamPublisher implements Publisher {
    /** A POST whose message has not come back yet. */
    private record Waiting(NewMessage asked, CompletableFuture<Outcome> outcome) {}

    private static final String SUBJECT = "push.messages";
    private static final int AGAIN_MS = 100;

    private final JsonMapper json = new JsonMapper();
    private final NatsSettings nats;
    private final Settings settings;
    private final MessageLog log;
    private final Shards shards;
    private final Connection connection;
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();
    private String epoch = ""; // Set before the first message arrives.
    private volatile boolean closed; // Set by the thread that drains, read by those that publish.

    JetStreamPublisher(NatsSettings nats, Settings settings, MessageLog log, Shards shards) {
        this.nats = nats;
        this.settings = settings;
        this.log = log;
        this.shards = shards;
        try {
            connection = Nats.connect(Options.builder()
                    .servers(nats.url().split(","))
                    .maxReconnects(-1)
                    .reconnectBufferSize(0) // What cannot be sent now fails now, and is sent again by us.
                    .build());
            follow();
        } catch (IOException | JetStreamApiException e) {
            throw new IllegalStateException("no stream at " + nats.url(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public CompletionStage<Outcome> publish(NewMessage message, String key) {
        if (closed) {
            return CompletableFuture.failedFuture(new IllegalStateException("closed"));
        }
        String id = key == null ? NUID.nextGlobal() : "key-" + key; // Before it is sent for the first time.
        Waiting mine = new Waiting(message, new CompletableFuture<>());
        Waiting other = waiting.putIfAbsent(id, mine);
        if (other != null) { // The same key, before its first request has its answer.
            return other.asked.equals(message) ? other.outcome : CompletableFuture.completedFuture(new KeyReused());
        }
        send(id, mine);
        return mine.outcome
                .orTimeout(nats.waitMs(), TimeUnit.MILLISECONDS)
                .whenComplete((outcome, failure) -> waiting.remove(id, mine));
    }

    /** Sends it, and again until it has come back or nobody waits: a failed send says nothing, and the stream stores an id once. */
    private void send(String id, Waiting one) {
        if (one.outcome.isDone()) {
            return;
        }
        try {
            byte[] body = json.writeValueAsBytes(Map.of("user", one.asked.user(), "text", one.asked.text()));
            connection
                    .jetStream()
                    .publishAsync(
                            SUBJECT,
                            body,
                            PublishOptions.builder().messageId(id).build())
                    .whenComplete((stored, failure) -> {
                        if (failure != null) {
                            sendLater(id, one);
                        } else if (stored.isDuplicate()) {
                            recall(id, one, stored);
                        }
                    });
        } catch (IOException | IllegalStateException e) { // The connection is lost.
            sendLater(id, one);
        }
    }

    private void sendLater(String id, Waiting one) {
        CompletableFuture.delayedExecutor(AGAIN_MS, TimeUnit.MILLISECONDS).execute(() -> send(id, one));
    }

    /** The stream has had this id before, so nothing will arrive: the answer is in the log. */
    private void recall(String id, Waiting one, PublishAck stored) {
        Message message = log.find(epoch, stored.getSeqno());
        if (message == null) {
            sendLater(id, one); // Stored by another server a moment ago, and not here yet.
        } else {
            one.outcome.complete(message.says(one.asked) ? new Stored(message, true) : new KeyReused());
        }
    }

    /** Every message of the stream, of any server. */
    private void arrived(io.nats.client.Message arrived) {
        JsonNode body = json.readTree(arrived.getData());
        NewMessage sent =
                new NewMessage(body.path("user").asString(""), body.path("text").asString(""));
        var place = arrived.metaData();
        Message message = log.append(
                epoch,
                place.streamSequence(),
                sent,
                place.timestamp().toInstant().toEpochMilli());
        shards.wake();
        Waiting here = waiting.get(arrived.getHeaders().getFirst("Nats-Msg-Id"));
        if (here != null) {
            here.outcome.complete(message.says(here.asked) ? new Stored(message, false) : new KeyReused());
        }
    }

    private void follow() throws IOException, JetStreamApiException {
        JetStreamManagement management = connection.jetStreamManagement();
        String stream = stream(management);
        epoch = stream.substring(stream.lastIndexOf('-') + 1);
        var state = management.getStreamInfo(stream).getStreamState();
        long next = Math.max(
                1, Math.max(state.getFirstSequence(), state.getLastSequence() - settings.retainMessages() + 1));
        log.restart(epoch, next);
        var from = ConsumerConfiguration.builder()
                .deliverPolicy(DeliverPolicy.ByStartSequence)
                .startSequence(next)
                .ackPolicy(AckPolicy.None)
                .build();
        var options = PushSubscribeOptions.builder().stream(stream)
                .configuration(from)
                .build();
        connection.jetStream().subscribe(SUBJECT, connection.createDispatcher(), this::arrived, false, options);
    }

    /** The stream that has the subject. NATS gives it to one; a single NATS server may give it to two made at the same moment. */
    private String stream(JetStreamManagement management) throws IOException, JetStreamApiException {
        List<String> names = management.getStreamNames(SUBJECT);
        if (!names.isEmpty()) {
            return names.get(0);
        }
        try {
            String name = "push-" + MessageLog.newEpoch();
            management.addStream(StreamConfiguration.builder()
                    .name(name)
                    .subjects(SUBJECT)
                    .maxMessages(settings.retainMessages())
                    .duplicateWindow(Duration.ofMillis(Math.max(100, settings.idempotencyMs())))
                    .build());
            return name;
        } catch (JetStreamApiException e) {
            return management.getStreamNames(SUBJECT).stream().findFirst().orElseThrow(() -> e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void end() {
        closed = true;
        try {
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
