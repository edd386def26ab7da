package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nats.client.JetStreamApiException;
import io.nats.client.api.Source;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import suite.Cluster.Allowed;

/** What an operator may do to the stream under running servers, and what clients see of it. */
@Tag("cluster")
@Timeout(300) // Longer than a client of Load waits for its 201.
final class StreamFaultsTest {
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(NatsNodes.start(1), 2);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void purgedStreamChangesNothingForOpenStreams() {
        cluster.through("stream purged", Allowed.NOTHING, () -> {
            cluster.nodes.manage(management -> management.purgeStream(cluster.nodes.stream()));
        });
    }

    @Test
    void deletedStreamIsMadeAgainUnderAnotherEpoch() {
        var before = cluster.nodes.stream();

        var seen = cluster.through("stream deleted", Allowed.START, () -> {
            cluster.nodes.manage(management -> management.deleteStream(cluster.nodes.stream()));
        });

        assertNotEquals(before, cluster.nodes.stream());
        assertReasons(seen, "epoch");
    }

    @Test
    void streamThatLosesItsSubjectIsLeftForANewOne() {
        var before = cluster.nodes.stream();

        var seen = cluster.through("subject taken from the stream", Allowed.START, () -> {
            cluster.nodes.manage(management -> management.updateStream(
                    StreamConfiguration.builder(management.getStreamInfo(before).getConfiguration())
                            .subjects("push.taken.by.hand")
                            .build()));
        });

        assertNotEquals(before, cluster.nodes.stream());
        assertReasons(seen, "epoch");
    }

    @Test
    void streamThatIsMadeAgainByHandUnderItsNameGetsAnotherEpochAndKeepsItsMessages() {
        var before = cluster.nodes.stream();

        var configuration = cluster.nodes
                .manage(management -> management.getStreamInfo(before))
                .getConfiguration();
        var seen = cluster.through("stream deleted and made again", Allowed.START, () -> {
            boolean again = Deadline.in(Deadline.PATIENCE)
                    .poll(() -> cluster.nodes.manage(management -> {
                        management.deleteStream(cluster.nodes.stream());
                        try {
                            return management.addStream(configuration).getCreateTime() != null;
                        } catch (JetStreamApiException e) {
                            return false; // A server has been faster.
                        }
                    }));
            assertTrue(again);
        });

        assertNotEquals(before, cluster.nodes.stream(), "its numbers would be given twice");
        assertReasons(seen, "epoch");
    }

    @Test
    void streamThatIsRestoredFromABackupGetsAnotherEpochAndKeepsItsMessages() {
        var name = cluster.nodes.stream();
        cluster.a().post("ann", "in the backup", "");
        long posted = cluster.posted();

        var seen = cluster.through("stream restored", Allowed.START, () -> {
            var backup = Backup.of(cluster.nodes, name);
            for (int i = 0; i < 20; i++) {
                cluster.a().post("ann", "after the backup " + i, "");
            }
            boolean restored = Deadline.in(Deadline.PATIENCE).poll(() -> {
                cluster.nodes.manage(management -> management.deleteStream(cluster.nodes.stream()));
                return backup.restore(cluster.nodes); // Unless a server has been faster.
            });
            assertTrue(restored);
        });

        assertNotEquals(name, cluster.nodes.stream(), "its numbers would be given twice");
        assertReasons(seen, "epoch");
        assertEquals(
                20 + seen.load().answered() + 1, cluster.posted() - posted, "what comes again is not posted again");
        assertTrue(
                cluster.a().get("/history?limit=200").body().contains("in the backup")
                        || seen.readers().get(0).messages().stream()
                                .anyMatch(message -> message.text().equals("in the backup")),
                "what was restored is in the new stream");
    }

    @Test
    void messageDeletedUnderRunningServersChangesNothing() {
        cluster.through("message deleted", Allowed.NOTHING, () -> {
            cluster.nodes.manage(management -> {
                StreamInfo info = management.getStreamInfo(cluster.nodes.stream());
                return management.deleteMessage(
                        info.getConfiguration().getName(), info.getStreamState().getLastSequence());
            });
        });
    }

    @Test
    void serverThatFillsItsLogBesideAHoleBeginsAfterIt() {
        for (int i = 0; i < 10; i++) {
            cluster.a().post("ann", "beside a hole " + i, "");
        }
        long hole = cluster.nodes.manage(management -> {
            StreamInfo info = management.getStreamInfo(cluster.nodes.stream());
            long last = info.getStreamState().getLastSequence();
            management.deleteMessage(info.getConfiguration().getName(), last - 4);
            return last - 4;
        });
        try (var third = KitServer.start(cluster.settings())) {
            var status = third.get("/status").json().path("log");
            var epoch = cluster.nodes.stream().substring("push-".length());

            assertEquals(epoch + "-" + (hole + 1), status.path("first").asString(""));
            assertEquals(epoch + "-" + (hole + 4), status.path("newest").asString(""));
            try (var stream = third.open(Format.NDJSON, epoch + "-" + (hole - 1))) {
                assertEquals("evicted", stream.next("start").text("reason"));
            }
        }
    }

    @Test
    void operatorMovesTheMessagesOfABackupIntoANewStreamBeforeTheServersStart() {
        for (int i = 0; i < 5; i++) {
            cluster.a().post("ann", "to be moved " + i, "");
        }
        var old = cluster.nodes.stream();
        cluster.servers.forEach(KitServer::kill);

        // What OPERATING.md says.
        cluster.nodes.manage(management -> management.updateStream(
                StreamConfiguration.builder(management.getStreamInfo(old).getConfiguration())
                        .subjects("push.retired.by.hand")
                        .build()));
        cluster.nodes.manage(management -> management.addStream(StreamConfiguration.builder()
                .name("push-moved1")
                .subjects("push.messages")
                .addSource(Source.builder().sourceName(old).build())
                .duplicateWindow(Duration.ofMinutes(5))
                .build()));
        cluster.servers.forEach(KitServer::restart);
        cluster.servers.forEach(KitServer::awaitReady);

        assertTrue(Deadline.in(Deadline.PATIENCE)
                .poll(() -> cluster.a().get("/history").body().contains("to be moved 4")));
        assertTrue(cluster.a().get("/history").body().contains("\"id\":\"moved1-"));
        assertEquals(201, cluster.a().post("ann", "moved", "").status());
    }

    @Test
    void streamOfAnotherNameIsNotTakenForOurs() {
        try (var other = NatsNodes.start(1)) {
            other.manage(management -> management.addStream(StreamConfiguration.builder()
                    .name("EVERYTHING")
                    .subjects("push.>")
                    .build()));
            try (var server = KitServer.launch(java.util.Map.of("PUSH_NATS_URL", other.urls()))) {
                boolean says = Deadline.in(Deadline.PATIENCE)
                        .poll(() -> server.get("/status")
                                .json()
                                .path("nats")
                                .path("trouble")
                                .asString("")
                                .contains("the stream EVERYTHING has the subject push.messages"));

                assertTrue(says, () -> server.get("/status").body());
                assertEquals(503, server.get("/readyz").status());
            }
        }
    }

    private static void assertReasons(Cluster.Seen seen, String reason) {
        for (var reader : seen.readers()) {
            Set<String> reasons = new HashSet<>(reader.reasons());
            assertEquals(Set.of(reason), reasons, () -> "each stream is told why: " + List.copyOf(reasons));
        }
    }
}
