package lesson09_slow_reader;

import java.security.SecureRandom;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The newest messages in their one order: the message with sequence n lies in slot n modulo the length. A reader needs nothing but
 * the number of its place, so it costs nothing to be behind.
 *
 * <p><b>Threads:</b> guarded by this object's lock.
 */
final class Log {
    /** A message as it goes over the wire. */
    record Message(String type, String id, JsonNode user, JsonNode text, long time) {}

    private static final int HISTORY = 50;

    private final String epoch = Long.toUnsignedString(new SecureRandom().nextLong(), 36); // New in each life.
    private final Message[] ring;
    private long newest; // The sequence of the newest message, 0 if there is none.

    Log(int capacity) {
        ring = new Message[capacity];
    }

    synchronized Message append(JsonNode user, JsonNode text) {
        newest++;
        Message message = new Message("message", id(newest), user, text, System.currentTimeMillis());
        ring[slot(newest)] = message;
        return message;
    }

    /** Empty if the message has been overwritten, or is still to come. */
    synchronized Optional<Message> get(long sequence) {
        return sequence < first() || sequence > newest ? Optional.empty() : Optional.of(ring[slot(sequence)]);
    }

    synchronized long newest() {
        return newest;
    }

    /** The sequence of the oldest message that is still there. */
    synchronized long first() {
        return Math.max(1, newest - ring.length + 1);
    }

    /** The place of a reader that is to have the newest 50 before it. */
    synchronized long historyPlace() {
        return Math.max(first() - 1, newest - HISTORY);
    }

    String id(long sequence) {
        return epoch + "-" + sequence;
    }

    private int slot(long sequence) {
        return (int) (sequence % ring.length);
    }
}
