package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import suite.Cluster.Allowed;

/** A network that parts one NATS server from the others, and not from our server. */
@Tag("cluster")
@Timeout(300) // Longer than a client of Load waits for its 201.
final class PartitionTest {
    @Test
    void serverOfACutOffNodeGoesToAnother() {
        var nodes = NatsNodes.startWithRelays();
        try (var cluster = Cluster.of(nodes, List.of());
                var second = FaultyProxy.to(nodes.port(1));
                var third = FaultyProxy.to(nodes.port(2))) {
            second.refuse(); // So that it begins at the first.
            third.refuse();
            var urls = IntStream.of(nodes.port(0), second.port(), third.port())
                    .mapToObj(port -> "nats://127.0.0.1:" + port)
                    .collect(Collectors.joining(","));
            cluster.servers.add(KitServer.start(cluster.settings("PUSH_NATS_URL", urls, "PUSH_NATS_WAIT_MS", "60000")));
            second.pass();
            third.pass();
            nodes.awaitWhole();
            assertTrue(connectedTo(cluster.a()).endsWith(":" + nodes.port(0)));

            var seen = cluster.through("NATS server cut off", Allowed.NOTHING, nodes::cutOff);

            assertTrue(!connectedTo(cluster.a()).endsWith(":" + nodes.port(0)), "it has gone to another");
            assertEquals(0, seen.load().refused());
            nodes.mend();
            nodes.awaitWhole();
            cluster.through("NATS server back", Allowed.NOTHING, () -> {});
        }
    }

    private static String connectedTo(KitServer server) {
        return server.get("/status").json().path("nats").path("server").asString("");
    }
}
