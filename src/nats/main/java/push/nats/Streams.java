package push.nats;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.Source;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import push.MessageLog;
import push.Settings;
import push.http.BadConfig;
import push.http.NatsSettings;

/**
 * Finds the stream that holds the messages, or makes it.
 *
 * <p>The stream is found by its subject. Its name ends with the epoch of its messages' ids, which is random, so a stream
 * that is made after another was deleted has another epoch. If several servers make one at the same time, NATS lets
 * exactly one of them have the subject.
 *
 * <p>A backup is restored under the name of the stream that it was made of, and so is a stream that is made again by
 * hand. Numbers would then be given twice. {@link #retire} takes the subject from such a stream, so that the messages
 * continue, under another epoch, in a new stream that starts with what the other one holds.
 *
 * <p><b>Threads:</b> confined to the follower's thread.
 */
final class Streams {
    private static final Logger LOG = Logger.getLogger(Streams.class.getName());
    private static final int SUBJECTS_OVERLAP = 10065;
    /** The header that NATS adds to a message that one stream has taken from another. */
    static final String COPIED = "Nats-Stream-Source";

    private final NatsSettings nats;
    private final Settings settings;
    private final String subject;

    Streams(NatsSettings nats, Settings settings) {
        this.nats = nats;
        this.settings = settings;
        this.subject = nats.stream() + ".messages";
    }

    /** Returns the subject that messages are published to. */
    String subject() {
        return subject;
    }

    /** Returns the epoch that a stream's name contains. */
    static String epoch(String stream) {
        return stream.substring(stream.lastIndexOf('-') + 1);
    }

    /**
     * Refuses several replicas on a server that loses messages.
     *
     * @throws BadConfig if the server is too old
     */
    void refuseOldServer(Connection connection, int replicas) {
        String version = connection.getServerInfo().getVersion();
        if (replicas > 1 && connection.getServerInfo().isOlderThanVersion("2.10.0")) {
            throw new BadConfig(
                    "NATS " + version + " may lose messages that it has acknowledged when it stores them on " + replicas
                            + " servers: use NATS 2.10 or newer, or PUSH_NATS_REPLICAS=1");
        }
    }

    /**
     * Finds or makes the stream.
     *
     * @param epoch the epoch of the stream that was followed until now
     */
    StreamInfo find(Connection connection, String epoch) throws IOException, JetStreamApiException {
        refuseOldServer(connection, nats.replicas());
        JetStreamManagement management = connection.jetStreamManagement();
        List<String> names = management.getStreamNames(subject);
        if (names.isEmpty()) {
            return make(management, epoch);
        }
        String name = names.get(0);
        if (!name.matches("\\Q" + nats.stream() + "\\E-[0-9a-z]{1,32}")) {
            throw new IOException("the stream " + name + " has the subject " + subject + ": its name must be "
                    + nats.stream() + "-<epoch>, or PUSH_NATS_STREAM another");
        }
        StreamInfo info = management.getStreamInfo(name);
        refuseOldServer(connection, info.getConfiguration().getReplicas());
        return info;
    }

    private StreamInfo make(JetStreamManagement management, String epoch) throws IOException, JetStreamApiException {
        List<String> retired = management.getStreamNames(retiredSubject(epoch));
        var configuration = StreamConfiguration.builder()
                .name(nats.stream() + '-' + MessageLog.newEpoch())
                .subjects(subject)
                .storageType(StorageType.File)
                .replicas(nats.replicas())
                .maxMessages(settings.retainMessages())
                .duplicateWindow(Duration.ofMillis(Math.max(100, settings.idempotencyMs())));
        if (!retired.isEmpty()) {
            configuration.addSource(Source.builder().sourceName(retired.get(0)).build());
        }
        try {
            StreamInfo made = management.addStream(configuration.build());
            LOG.info("NATS: created the stream " + made.getConfiguration().getName());
            return made;
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() != SUBJECTS_OVERLAP) {
                throw e;
            }
            String name = management.getStreamNames(subject).stream()
                    .findFirst()
                    .orElseThrow(() -> new IOException("another server is making the stream", e));
            return management.getStreamInfo(name);
        }
    }

    /** Takes the subject from a stream whose numbers have gone back. */
    void retire(Connection connection, StreamInfo info, @Nullable String why)
            throws IOException, JetStreamApiException {
        String name = info.getConfiguration().getName();
        LOG.warning("NATS: the stream " + name + " is not what it was (" + why
                + "): its messages continue in a new stream, with new ids");
        connection
                .jetStreamManagement()
                .updateStream(StreamConfiguration.builder(info.getConfiguration())
                        .subjects(retiredSubject(epoch(name)))
                        .build());
    }

    private String retiredSubject(String epoch) {
        return nats.stream() + ".retired." + epoch;
    }
}
