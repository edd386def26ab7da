package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import suite.Cluster.Allowed;

/** One of our servers is killed, frozen or upgraded, or its way to NATS is bad: its clients go to the other and miss nothing. */
@Tag("cluster")
@Timeout(300) // Longer than a client of Load waits for its 201.
final class ServerFaultsTest {
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(NatsNodes.start(1), 2, "PUSH_PING_MS", "1000", "PUSH_PING_TIMEOUT_MS", "1000");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void clientsOfAKilledServerResumeOnTheOther() {
        var seen = cluster.through("our server killed", Allowed.NOTHING, () -> {
            cluster.b().kill();
            Deadline.pause(Duration.ofSeconds(2));
            cluster.b().restart();
            cluster.b().awaitReady();
        });

        assertTrue(seen.readers().get(2).streams() > 1, "it has come back");
    }

    @Test
    void frozenServerGoesOnWithoutAGap() {
        cluster.through("our server frozen for 8 s", Allowed.NOTHING, () -> {
            cluster.b().signal("STOP");
            Deadline.pause(Duration.ofSeconds(8));
            cluster.b().signal("CONT");
        });
    }

    @Test
    void serversAreUpgradedOneAfterTheOther() {
        cluster.through("rolling upgrade of ours", Allowed.NOTHING, () -> {
            for (var server : cluster.servers) {
                assertEquals(0, server.stop());
                server.restart();
                server.awaitReady();
            }
        });
    }

    @Test
    void slowNetworkThatLosesItsConnectionsLosesNoMessage() {
        try (var relay = SlowRelay.to(cluster.nodes.port(0), 30);
                var third = KitServer.start(cluster.settings(
                        "PUSH_NATS_URL", "nats://127.0.0.1:" + relay.port(), "PUSH_NATS_WAIT_MS", "20000"))) {
            var both = List.of(cluster.a(), third);
            try (var near = Reader.start(List.of(cluster.a()), 0, Format.NDJSON);
                    var far = Reader.start(List.of(third), 0, Format.NDJSON);
                    var load = Load.start(both, 6, 10)) {
                for (int i = 0; i < 5; i++) {
                    load.awaitMore(20);
                    relay.reset();
                    Deadline.pause(Duration.ofMillis(300));
                    relay.stall(Duration.ofMillis(1_500));
                }
                load.awaitMore(50);
                load.stop();
                third.post("ann", "over the slow network", "");
                near.await("over the slow network", Deadline.PATIENCE.multipliedBy(4));
                far.await("over the slow network", Deadline.PATIENCE.multipliedBy(4));

                assertEquals(List.of(), load.faults());
                assertEquals("", near.fault() + far.fault());
                assertEquals(List.of(), far.reasons());
                var expected = near.messages();
                assertEquals(
                        expected.subList(expected.size() - far.messages().size(), expected.size()), far.messages());
                long distinct = expected.stream()
                        .map(Message::text)
                        .filter(load.ids()::containsKey)
                        .distinct()
                        .count();
                assertEquals(load.answered(), distinct);
                assertEquals(
                        load.answered(),
                        expected.stream()
                                .map(Message::text)
                                .filter(load.ids()::containsKey)
                                .count());
            }
        }
    }
}
