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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.logging.Logger;
import push.MessageLog;
import push.Settings;
import push.http.BadConfig;
import push.http.NatsSettings;

/**
 * Finds the stream that holds the messages, or makes it.
 *
 * <p>The stream is found by its subject. Its name ends with the epoch of its messages' ids, which is random, so a stream
 * that is made after another was deleted has another epoch. Several servers may make one at the same time. A cluster of
 * NATS servers then gives the subject to one stream; a single NATS server may give it to all of them. In that case the
 * oldest counts, which has every message of the others, and {@link #retire} takes the subject from these.
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
            make(management, epoch);
            names = management.getStreamNames(subject); // Another server may have made one at this moment.
        }
        List<StreamInfo> streams = new ArrayList<>();
        for (String name : names) {
            if (!name.matches("\\Q" + nats.stream() + "\\E-[0-9a-z]{1,32}")) {
                throw new IOException("the stream " + name + " has the subject " + subject + ": its name must be "
                        + nats.stream() + "-<epoch>, or PUSH_NATS_STREAM another");
            }
            streams.add(management.getStreamInfo(name));
        }
        StreamInfo oldest = streams.stream()
                .min(Comparator.comparing(StreamInfo::getCreateTime)
                        .thenComparing(stream -> stream.getConfiguration().getName()))
                .orElseThrow(() -> new IOException("another server is making the stream"));
        refuseOldServer(connection, oldest.getConfiguration().getReplicas());
        for (StreamInfo stream : streams) {
            if (stream != oldest) {
                String name = oldest.getConfiguration().getName();
                retire(connection, stream, name + ", which is older, has the same subject");
            }
        }
        return oldest;
    }

    private void make(JetStreamManagement management, String epoch) throws IOException, JetStreamApiException {
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
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() != SUBJECTS_OVERLAP) {
                throw e;
            }
        }
    }

    /** Takes the subject from a stream whose numbers have gone back, or which is one of several. */
    void retire(Connection connection, StreamInfo info, String why) throws IOException, JetStreamApiException {
        String name = info.getConfiguration().getName();
        LOG.warning(
                "NATS: the stream " + name + " is left (" + why + "): its messages continue in another, with new ids");
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
