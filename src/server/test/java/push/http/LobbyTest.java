package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The connections that shake hands, and those that end for others, with clients that wait as long as a test says. */
final class LobbyTest {
    private static final int MOST = 20;
    private static final int OF_ADDRESS = 5;
    private static final long LATE = Lobby.PATIENCE_NANOS + 1;

    private final Lobby lobby = new Lobby(MOST, OF_ADDRESS);
    private final List<Client> begun = new ArrayList<>(); // In order.
    private final List<Client> ended = new ArrayList<>();

    private final class Client implements Lobby.Guest {
        long waitedNanos;

        @Override
        public void begin() {
            begun.add(this);
        }

        @Override
        public void turnAway() {
            ended.add(this);
        }

        @Override
        public long waitedNanos(long nowNanos) {
            return waitedNanos;
        }
    }

    private List<Client> come(int number, Lobby.Address address) {
        var clients = IntStream.range(0, number).mapToObj(i -> new Client()).toList();
        clients.forEach(client -> lobby.add(client, address));
        return clients;
    }

    private static Lobby.Address address() {
        return new Lobby.Address(false);
    }

    private void completeAll() {
        for (int i = 0; i < begun.size(); i++) { // Each makes room for another.
            lobby.remove(begun.get(i));
        }
    }

    @Test
    void stormOfClientsEndsNoHandshakeAndAllGetIn() {
        for (int i = 0; i < 1_000; i++) {
            come(1, address());
        }

        assertEquals(MOST, begun.size());
        assertEquals(0, lobby.relieve(0));
        assertTrue(lobby.isAnyWaiting());
        completeAll();

        assertEquals(1_000, begun.size());
        assertEquals(List.of(), ended);
        assertFalse(lobby.isAnyWaiting());
    }

    @Test
    void clientThatKeepsTheServerWaitingEndsForAnother() {
        var first = come(MOST, new Lobby.Address(true));
        first.get(0).waitedNanos = LATE;
        assertEquals(0, lobby.relieve(0), "while no other waits");

        var other = come(1, address());
        lobby.relieve(0);

        assertEquals(List.of(first.get(0)), ended);
        assertEquals(other.get(0), begun.get(MOST));
    }

    @Test
    void addressHasItsShareAndItsOthersWaitForEachOther() {
        var mine = come(OF_ADDRESS + 2, address());
        var other = come(1, address());
        assertEquals(OF_ADDRESS + 1, begun.size());
        assertTrue(begun.contains(other.get(0)));

        mine.forEach(client -> client.waitedNanos = LATE);
        lobby.relieve(0);

        assertEquals(mine.subList(0, 2), ended);
        assertEquals(OF_ADDRESS + 3, begun.size());
    }

    @Test
    void addressesTakeTurns() {
        come(MOST, new Lobby.Address(true));
        var many = come(1_000, address());
        var one = come(1, address());

        lobby.remove(begun.get(0));
        lobby.remove(begun.get(1));

        assertEquals(List.of(many.get(0), one.get(0)), begun.subList(MOST, MOST + 2));
    }

    @Test
    void newcomerToAFullServerTakesThePlaceOfTheAddressOfWhichMostWait() {
        come(MOST, new Lobby.Address(true));
        var two = address();
        var few = come(2, two);
        var many = come(3, address());

        assertTrue(lobby.makeRoom(address(), 0));
        assertEquals(many.subList(0, 1), ended);

        assertFalse(lobby.makeRoom(two, 0), "none has more");
        begun.get(0).waitedNanos = LATE;
        assertTrue(lobby.makeRoom(two, 0));
        assertEquals(begun.get(0), ended.get(1));
        assertFalse(ended.containsAll(few));
    }

    @Test
    void stepEndsAFewOfThoseThatAreLate() {
        var roomy = new Lobby(1_000, 1_000);
        var address = address();
        IntStream.range(0, 2_000).mapToObj(i -> new Client()).forEach(client -> roomy.add(client, address));
        begun.forEach(client -> client.waitedNanos = LATE);

        int inOneStep = roomy.relieve(0);

        assertTrue(inOneStep > 0 && inOneStep <= 100, inOneStep + " in one step");
        assertEquals(inOneStep, ended.size());
    }
}
