package push.http;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which connections may shake hands: a limited number at a time, and a limited number of each address. The
 * others wait before TLS, and addresses take turns.
 *
 * <p>It exists because a handshake must not be ended for a newcomer unless its client is to blame. Otherwise a storm of
 * honest clients, which the server itself delays, would end each other's handshakes, and none of them would get in.
 *
 * <p><b>Threads:</b> guarded by the lock of its {@link Door}.
 */
final class Lobby {
    /** A connection that has not completed its handshake. */
    interface Guest {
        /** Lets it begin its handshake. */
        void begin();

        /** Closes it. */
        void turnAway();

        /** Returns how long the server has been waiting for this client since the handshake began. */
        long waitedNanos(long nowNanos);
    }

    /** The guests of one address. Exempt addresses count as one. */
    static final class Address {
        final boolean isExempt;
        int connections; // Counted by the door.
        private final Set<Guest> waiting = new LinkedHashSet<>(); // Longest first.
        private final Set<Guest> shaking = new LinkedHashSet<>(); // Oldest first.

        Address(boolean isExempt) {
            this.isExempt = isExempt;
        }
    }

    /** An honest client lets the server wait for two round trips, and does not take longer in all. */
    static final long PATIENCE_NANOS = 1_000_000_000;

    /** The most that are ended in one step. */
    private static final int AT_ONCE = 32;

    /** The number of addresses that are compared. */
    private static final int COMPARED = 64;

    private final int most;
    private final int mostOfAddress;
    private final Map<Guest, Address> guests = new HashMap<>();
    private final Set<Address> shakers = new LinkedHashSet<>(); // Addresses with guests that shake hands.
    private final Set<Address> waiters = new LinkedHashSet<>(); // Addresses with guests that wait.
    private final Set<Address> turns = new LinkedHashSet<>(); // Those of them that may have more, in their order.
    private int shaking;

    /** Creates an empty lobby, with a limit of handshakes in all and of those of one address. */
    Lobby(int most, int mostOfAddress) {
        this.most = most;
        this.mostOfAddress = mostOfAddress;
    }

    /** Lets a guest shake hands, now or when its turn comes. */
    void add(Guest guest, Address address) {
        guests.put(guest, address);
        address.waiting.add(guest);
        waiters.add(address);
        await(address);
        letIn();
    }

    /** Removes a guest that has shaken hands or has gone. Does nothing the second time. */
    void remove(Guest guest) {
        Address address = guests.remove(guest);
        if (address == null) {
            return;
        }
        if (address.shaking.remove(guest)) {
            shaking--;
        } else {
            address.waiting.remove(guest);
        }
        update(address);
        letIn();
    }

    private void update(Address address) {
        if (address.shaking.isEmpty()) {
            shakers.remove(address);
        }
        if (address.waiting.isEmpty()) {
            waiters.remove(address);
        }
        await(address);
    }

    private void await(Address address) {
        if (address.waiting.isEmpty() || hasItsShare(address)) {
            turns.remove(address);
        } else {
            turns.add(address);
        }
    }

    private boolean hasItsShare(Address address) {
        return !address.isExempt && address.shaking.size() >= mostOfAddress;
    }

    private void letIn() {
        while (shaking < most && !turns.isEmpty()) {
            Address next = turns.iterator().next();
            Guest guest = next.waiting.iterator().next();
            next.waiting.remove(guest);
            next.shaking.add(guest);
            shaking++;
            shakers.add(next);
            turns.remove(next); // It stands behind the others from now on.
            update(next);
            guest.begin();
        }
    }

    /** Returns whether a guest waits. */
    boolean isAnyWaiting() {
        return !waiters.isEmpty();
    }

    /**
     * Ends handshakes whose clients have kept the server waiting for too long, for guests that wait.
     *
     * @return how many
     */
    int relieve(long nowNanos) {
        int ended = 0;
        for (Address address : List.copyOf(shakers)) {
            Guest late = late(address, nowNanos);
            while (late != null && ended < AT_ONCE && isInTheWay(address)) {
                end(late);
                ended++;
                late = late(address, nowNanos);
            }
        }
        return ended;
    }

    /** Returns whether a guest waits for the end of a handshake of this address. */
    private boolean isInTheWay(Address address) {
        return !turns.isEmpty() || (hasItsShare(address) && !address.waiting.isEmpty());
    }

    private static @Nullable Guest late(Address address, long nowNanos) {
        Guest oldest =
                address.shaking.isEmpty() ? null : address.shaking.iterator().next();
        return oldest != null && oldest.waitedNanos(nowNanos) > PATIENCE_NANOS ? oldest : null;
    }

    /**
     * Makes room for another connection of an address: ends a handshake that {@link #relieve} would end, or one that
     * waits and whose address has more of them. Returns whether there was one.
     */
    boolean makeRoom(Address newcomer, long nowNanos) {
        Iterator<Address> oldest = shakers.iterator();
        for (int i = 0; i < COMPARED && oldest.hasNext(); i++) {
            Guest late = late(oldest.next(), nowNanos);
            if (late != null) {
                end(late);
                return true;
            }
        }
        Address worst = newcomer;
        Iterator<Address> longest = waiters.iterator();
        for (int i = 0; i < COMPARED && longest.hasNext(); i++) {
            Address each = longest.next();
            worst = each.waiting.size() > worst.waiting.size() && !each.isExempt ? each : worst;
        }
        if (worst != newcomer) {
            end(worst.waiting.iterator().next());
        }
        return worst != newcomer;
    }

    private void end(Guest guest) {
        remove(guest);
        guest.turnAway();
    }
}
