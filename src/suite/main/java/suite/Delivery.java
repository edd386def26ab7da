package suite;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;

/**
 * Compares the messages that one or more streams received with those that they should have received, in the one order.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param expected the number of messages to receive
 * @param delivered the number of them that came, each counted once
 * @param repeated the number that came again
 * @param outOfOrder the number that came after a message that follows them in the order
 * @param trouble other faults, in sentences, or empty
 */
record Delivery(int expected, int delivered, int repeated, int outOfOrder, String trouble) {

    /** The sum over no streams. */
    static final Delivery NONE = new Delivery(0, 0, 0, 0, "");

    /** Compares the received keys (ids, or texts) with their order. Keys that the order lacks are ignored. */
    static Delivery of(List<String> order, List<String> received) {
        return of(order, received, "");
    }

    static Delivery of(List<String> order, List<String> received, String trouble) {
        var places = new HashMap<String, Integer>();
        for (var key : order) {
            places.put(key, places.size());
        }
        if (places.size() != order.size()) {
            throw new IllegalArgumentException("the order has a key twice");
        }
        var seen = new HashSet<String>();
        int repeated = 0;
        int outOfOrder = 0;
        int furthest = -1;
        for (var key : received) {
            var place = places.get(key);
            if (place == null) {
                continue;
            }
            if (!seen.add(key)) {
                repeated++;
            } else if (place < furthest) {
                outOfOrder++;
            }
            furthest = Math.max(furthest, place);
        }
        return new Delivery(order.size(), seen.size(), repeated, outOfOrder, trouble);
    }

    /** Fails if two messages have the same id: then there is no order to judge. */
    static <T> void requireOwnIds(Collection<T> messages, Function<T, String> id, Function<T, String> text) {
        var texts = new HashMap<String, String>();
        for (var message : messages) {
            var other = texts.putIfAbsent(id.apply(message), text.apply(message));
            if (other != null
                    && !other.equals(text.apply(message))
                    && !id.apply(message).isEmpty()) {
                throw CheckFailed.withLikelyCause(
                        new AssertionError("two messages have the id " + id.apply(message) + ": \"" + other
                                + "\" and \"" + text.apply(message) + "\""),
                        "The number is not one that grows by one with each message: two threads take it at the same time, or it is the size of a list that is cut. Or a POST is answered with the message of another one.");
            }
        }
    }

    int missing() {
        return expected - delivered;
    }

    /** Returns whether each message came once, in order, without trouble. */
    boolean perfect() {
        return missing() == 0 && repeated == 0 && outOfOrder == 0 && trouble.isEmpty();
    }

    /** Returns the sum of both; of two troubles the first is kept. */
    Delivery plus(Delivery other) {
        return new Delivery(
                expected + other.expected,
                delivered + other.delivered,
                repeated + other.repeated,
                outOfOrder + other.outOfOrder,
                trouble.isEmpty() ? other.trouble : trouble);
    }

    /** Notes the figures {@code delivered}, {@code repeated} and {@code out of order}. */
    Delivery into(Figures figures) {
        figures.put("delivered", delivered + "/" + expected);
        figures.put("repeated", repeated);
        figures.put("out of order", outOfOrder);
        return this;
    }

    /** Fails unless there was something to deliver and the delivery is perfect. */
    void assertPerfect() {
        if (expected == 0) {
            throw new AssertionError("no message of the storm was answered with an id, so there is none to look for");
        }
        if (!perfect()) {
            throw new AssertionError("expected each message once and in the one order, but " + this);
        }
    }

    @Override
    public String toString() {
        return "delivered " + delivered + "/" + expected + " · repeated " + repeated + " · out of order " + outOfOrder
                + (trouble.isEmpty() ? "" : "; " + trouble);
    }
}
