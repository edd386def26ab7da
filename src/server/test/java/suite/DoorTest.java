package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The limits on connections: in total, from one address, and during their handshakes. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "other systems have one address of 127.0.0.0/8 on their loopback")
final class DoorTest {
    private static final int CONNECTIONS = 30;
    private static final int OF_ADDRESS = 5;
    private static final int STREAMS = 8;
    private static final String MESSAGE = "{\"user\":\"ann\",\"text\":\"hello\"}";

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_IO_THREADS", "1", // Connections are accepted in order.
            "PUSH_MAX_CONNECTIONS", "" + CONNECTIONS,
            "PUSH_MAX_CONNECTIONS_PER_ADDRESS", "" + OF_ADDRESS,
            "PUSH_EXEMPT_ADDRESSES", "127.0.0.1, ::1",
            "PUSH_TRUSTED_PROXIES", "127.0.0.9",
            "PUSH_MAX_HANDSHAKES", "20",
            "PUSH_BODY_MS", "60000");

    /** Few handshakes and streams, and many connections. */
    @RegisterExtension
    static final JudgedServer roomy = JudgedServer.with(
            "PUSH_IO_THREADS", "1", // The same.
            "PUSH_EXEMPT_ADDRESSES", "127.0.0.1, ::1",
            "PUSH_MAX_CONNECTIONS_PER_ADDRESS", "1000",
            "PUSH_MAX_HANDSHAKES", "40",
            "PUSH_MAX_STREAMS", "" + STREAMS,
            "PUSH_POSTS_PER_SECOND", "1",
            "PUSH_POST_BURST", "1",
            "PUSH_BODY_MS", "60000");

    private final Deque<FromAddress> opened = new ArrayDeque<>();

    @AfterEach
    void closeAll() {
        opened.forEach(FromAddress::close);
        for (var target : List.of(server, roomy)) { // The one that asks is still there.
            assertTrue(
                    Deadline.in(Deadline.PATIENCE).poll(() -> metric(target, "push_connections_open") <= 1),
                    "every connection is counted out");
        }
    }

    @LikelyCause("One client takes as many connections as the system has, and no other client gets in.")
    @Test
    void addressHoldsNoMoreConnectionsThanItMay() {
        double refused = metric(server, "push_connections_refused_total");
        for (int i = 0; i < OF_ADDRESS; i++) {
            assertEquals(200, from("127.0.0.2", server).get("/healthz"));
        }

        assertTrue(from("127.0.0.2", server).isTurnedAway());

        assertEquals(refused + 1, metric(server, "push_connections_refused_total"));
        assertEquals(200, from("127.0.0.3", server).get("/healthz"));
        opened.removeLast().close();
        assertTrue(
                Deadline.in(Deadline.PATIENCE)
                        .poll(() -> from("127.0.0.2", server).get("/healthz") == 200),
                "there is room again");
    }

    @LikelyCause("The bound for one client strikes the proxy that brings all of them.")
    @Test
    void exemptAddressAndTrustedProxyHoldMore() {
        for (var address : List.of("127.0.0.1", "127.0.0.9")) {
            for (int i = 0; i < 2 * OF_ADDRESS; i++) {
                assertEquals(200, from(address, server).get("/healthz"), address);
            }
        }
    }

    @LikelyCause("Connections have no bound but the server's memory.")
    @Test
    void serverHoldsNoMoreConnectionsThanItMay() {
        server.status(); // Its connection is one of them.
        for (int i = 0; i < CONNECTIONS - 1; i++) {
            assertEquals(200, from("127.0.0.1", server).get("/healthz"), "connection " + i);
        }

        assertTrue(
                from("127.0.0.1", server).isTurnedAway(),
                () -> metric(server, "push_connections_open") + " connections are open");
    }

    @LikelyCause("Clients that never shake hands to the end keep all others out.")
    @Test
    void oldestHalfHandshakeMakesRoom() {
        var halves = halves(40, "127.0.0.1", roomy);
        assertFalse(halves.get(0).isGone());

        assertEquals(200, from("127.0.0.1", roomy).get("/healthz"));

        assertTrue(halves.get(0).isTurnedAway());
        assertEquals(1, gone(halves, 1));
    }

    @LikelyCause("A server that is full of half-finished handshakes accepts no other client.")
    @Test
    void halfHandshakeMakesRoomForAConnection() {
        server.status();
        for (int i = 0; i < CONNECTIONS - 2; i++) {
            assertEquals(200, from("127.0.0.1", server).get("/healthz"), "connection " + i);
        }
        var half = from("127.0.0.1", server).halfHandshake();

        boolean isIn = Deadline.in(Deadline.PATIENCE)
                .poll(() -> from("127.0.0.1", server).get("/healthz") == 200);

        assertTrue(isIn, "when the half handshake has kept the server waiting for a second");
        assertTrue(half.isTurnedAway());
    }

    @LikelyCause("The half handshakes of one address push out those of others.")
    @Test
    void addressPushesOutItsOwnHalfHandshakes() {
        var other = from("127.0.0.3", roomy).halfHandshake();

        var halves = halves(15, "127.0.0.2", roomy);

        assertEquals(5, gone(halves, 5));
        assertFalse(other.isGone());
    }

    @LikelyCause("A client that opens more connections gets more streams, up to all that the server has.")
    @Test
    void addressHoldsThreeQuartersOfTheStreams() {
        for (int i = 0; i < STREAMS * 3 / 4; i++) {
            assertEquals(200, from("127.0.0.2", roomy).get("/messages"), "stream " + i);
        }

        assertEquals(429, from("127.0.0.2", roomy).get("/messages"));
        assertEquals(200, from("127.0.0.3", roomy).get("/messages"));
    }

    @LikelyCause("A client that opens a connection for each message posts as fast as it likes.")
    @Test
    void addressPostsTenTimesAsFastAsAConnection() {
        var clients = new ArrayList<FromAddress>();
        long began = System.nanoTime();
        for (int i = 0; i < 30; i++) {
            clients.add(from("127.0.0.4", roomy));
            assertEquals(200, clients.get(i).get("/healthz"));
        }

        var statuses = clients.stream()
                .map(client -> client.ask("POST /messages", MESSAGE))
                .toList();

        assertEquals(201, statuses.get(9), "the tenth is within the burst of ten connections: " + statuses);
        long taken = statuses.stream().filter(status -> status == 201).count();
        long may = 10 + 1 + 10 * (System.nanoTime() - began) / 1_000_000_000; // A burst, and ten in each second.
        assertTrue(taken <= may, "each has a connection of its own, and " + may + " may be taken: " + statuses);
        assertEquals(201, from("127.0.0.5", roomy).ask("POST /messages", MESSAGE));
    }

    /** Returns the number that have been turned away, once it is as expected. */
    private static long gone(List<FromAddress> halves, int expected) {
        Deadline.in(Deadline.PATIENCE)
                .poll(() -> halves.stream().filter(FromAddress::isGone).count() >= expected);
        return halves.stream().filter(FromAddress::isGone).count();
    }

    private List<FromAddress> halves(int number, String address, JudgedServer target) {
        return IntStream.range(0, number)
                .mapToObj(i -> from(address, target).halfHandshake())
                .toList();
    }

    private FromAddress from(String address, JudgedServer target) {
        var client = FromAddress.connect(address, target);
        opened.addFirst(client);
        return client;
    }

    private static double metric(JudgedServer target, String name) {
        return target.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.split(" ")[1]))
                .findFirst()
                .orElseThrow();
    }
}
