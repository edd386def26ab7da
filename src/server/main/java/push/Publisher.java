package push;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Stores a message and gives it its place in the order.
 *
 * <p>It exists as the one place where a cluster differs from a single machine. In a cluster, the publisher sends the
 * message to a broker, whose consumer appends it to every machine's log. The code that reads the log stays the same.
 *
 * <p><b>Threads:</b> any thread.
 */
public interface Publisher {
    /** The result of publishing a message. */
    sealed interface Outcome {
        /**
         * The message has its place in the order; {@code replayed} if an earlier request with the same key stored it.
         */
        record Stored(Message message, boolean replayed) implements Outcome {}

        /** The key was already used for a different message, or for one that can no longer be compared. */
        record KeyReused() implements Outcome {}
    }

    /** Creates a server's publisher. The publisher must append each message to the log and wake the shards. */
    interface Factory {
        Publisher make(Settings settings, MessageLog log, Shards shards, Stats stats);
    }

    /**
     * Gives a message its place in the order, now or later. The POST is answered when the returned stage completes. A
     * failure is answered with 503, and means that the message may or may not be stored. The publisher decides how to
     * apply an {@code Idempotency-Key}.
     *
     * @param idempotencyKey 1 to 128 visible ASCII characters, or null if the client sent none
     */
    CompletionStage<Outcome> publish(NewMessage message, @Nullable String idempotencyKey);

    /** Returns whether the log is filled. Until then the server serves no stream. */
    default boolean isReady() {
        return true;
    }

    /** Makes later publish calls fail. Earlier ones may still complete; a drain waits for them. */
    void close();

    /** Makes every call fail that still waits, and lets go of everything. The log grows no more. */
    default void end() {
        close();
    }
}
