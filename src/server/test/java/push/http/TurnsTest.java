package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import push.FakeLoop;

/** The order in which the connections of an IO thread read, in virtual time. */
final class TurnsTest {
    private static final int BUSY = 50;

    private final FakeLoop loop = new FakeLoop();
    private final Turns turns = new Turns(loop);
    private final Map<String, Integer> reads = new HashMap<>();
    private final List<String> order = new ArrayList<>();
    private long readMs;

    /** A connection; each of its reads takes this many milliseconds. */
    private final class Client {
        final String name;
        final int turnMs;
        final Turns.Share share;

        Client(String name, int turnMs, boolean isEndless) {
            this.name = name;
            this.turnMs = turnMs;
            this.share = turns.share(isEndless ? this::flood : this::tryRead);
        }

        /** Has input to read now, and again after each read. */
        void flood() {
            loop.execute(this::goOn);
        }

        boolean tryRead() {
            if (!share.isNow()) {
                return false;
            }
            long sinceNanos = loop.nanoTime();
            loop.sleep(turnMs);
            readMs += turnMs;
            reads.merge(name, 1, Integer::sum);
            order.add(name);
            share.read(sinceNanos);
            return true;
        }

        private void goOn() {
            if (tryRead()) {
                flood();
            }
        }
    }

    private List<Client> flood(int turnMs) {
        var clients = IntStream.range(0, BUSY)
                .mapToObj(i -> new Client("busy " + i, turnMs, true))
                .toList();
        clients.forEach(Client::flood);
        return clients;
    }

    @Test
    void busyConnectionsTakeTurns() {
        flood(1);

        loop.pass(5_000);

        int least = reads.values().stream().mapToInt(i -> i).min().orElse(0);
        int most = reads.values().stream().mapToInt(i -> i).max().orElse(0);
        assertEquals(BUSY, reads.size(), "each has read");
        assertTrue(most - least <= 10, least + " to " + most + " times"); // New ones get a few more reads.
    }

    @Test
    void readingTakesThreeQuartersOfTheTimeAtMost() {
        flood(1);
        loop.pass(1_000); // All of them are busy by then.
        long beganMs = readMs;
        long beganNanos = loop.nanoTime();

        loop.pass(4_000);

        double tookMs = (loop.nanoTime() - beganNanos) / 1e6;
        double share = (readMs - beganMs) / tookMs;
        assertTrue(share <= 0.76, "it reads for " + share + " of the time");
        assertTrue(share >= 0.5, "it reads for only " + share + " of the time");
    }

    @Test
    void connectionThatReadsLittleNeedNotWaitForThoseThatReadMuch() {
        flood(1);
        loop.pass(1_000);
        var quiet = new Client("quiet", 0, false);

        for (int i = 0; i < 200; i++) {
            loop.pass(50);
            long askedNanos = loop.nanoTime();
            int before = reads.getOrDefault("quiet", 0);
            if (!quiet.tryRead()) {
                loop.pass(10);
                assertTrue(reads.getOrDefault("quiet", 0) > before, "after 10 ms it has had no turn");
            }
            assertTrue(loop.nanoTime() - askedNanos <= 20_000_000, "it waited");
        }
    }

    @Test
    void connectionThatHasReadMuchIsOneOfTheBusyUntilItRests() {
        flood(1);
        var client = busy();
        assertFalse(client.tryRead(), "it waits as the others do");
        order.clear();
        loop.pass(12_000); // It regains a hundredth of the time.

        assertTrue(order.size() > BUSY);
        assertTrue(client.tryRead(), "it comes first again");
    }

    @Test
    void busyConnectionDoesNotReadWhileOthersWait() {
        flood(1);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(busy());
        }

        for (Client client : clients) {
            loop.pass(1);
            assertFalse(client.tryRead(), "it came first, before those that wait");
        }
    }

    @Test
    void busyConnectionStandsBehindOneThatWaitsThoughItsRestIsOver() {
        var first = busy();
        var second = busy();
        second.share.read(loop.nanoTime() - 9_000_000); // 3 ms of rest are owed for it.
        assertFalse(first.tryRead(), "it rests");

        loop.pass(2);

        assertFalse(second.tryRead(), "it came before the one that waits");
        loop.pass(20);
        assertEquals(2, order.size(), "both have had their turn");
    }

    @Test
    void firstTurnIsThatOfABusyConnectionHoweverManyOthersWait() {
        var client = busy();
        client.share.read(loop.nanoTime() - 15_000_000);
        assertFalse(client.tryRead(), "it rests");
        for (int i = 0; i < 1_000; i++) {
            assertFalse(new Client("small", 0, false).tryRead(), "it rests");
        }

        while (order.isEmpty()) {
            loop.pass(1);
        }

        assertTrue(order.contains("client"), order.size() + " others had their turn before");
    }

    /** Returns a connection that has read much more than a little. */
    private Client busy() {
        var client = new Client("client", 0, false);
        for (int i = 0; i < 50; i++) {
            client.share.read(loop.nanoTime() - 2_000_000);
        }
        loop.pass(60); // The rest that it owes.
        return client;
    }

    @Test
    void busyConnectionsReadBesideManyThatReadLittle() {
        var busy = flood(1);
        loop.pass(1_000);
        reads.clear();
        List<Client> small = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) { // More than there is time for: each is new, and reads once.
            var one = new Client("small", 1, false);
            small.add(one);
            one.tryRead();
            loop.pass(1);
            if (i == 1_000) {
                reads.clear(); // By now some of them wait.
            }
        }

        assertTrue(busy.stream().anyMatch(client -> reads.getOrDefault(client.name, 0) > 0), "they starve");
        assertTrue(reads.getOrDefault("small", 0) > small.size() / 8, "small ones have their turn");
    }

    @Test
    void connectionWithTheThreadToItselfWaitsForItsRestOnly() {
        var only = new Client("only", 1, true);
        only.flood();

        loop.pass(1_000);

        assertTrue(readMs >= 500, "it has read for " + readMs + " of 1,000 ms");
    }
}
