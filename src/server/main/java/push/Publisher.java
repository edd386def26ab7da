package push;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where a POST goes.
 *
 * <p>It exists as the one place where many machines would differ from one: there a message goes to a broker, whose
 * consumer appends it to every machine's log; all behind the log stays as it is.
 *
 * <p><b>Threads:</b> any thread.
 */
public interface Publisher {
    /** What became of a message. */
    sealed interface Outcome {
        /** It has its place in the order; {@code replayed} if an earlier request with the same key gave it that. */
        record Stored(Message message, boolean replayed) implements Outcome {}

        /** Its key was used for another message. */
        record KeyReused() implements Outcome {}
    }

    /** How a server gets its publisher: what that publishes has to be appended to the log, and the shards woken. */
    interface Factory {
        Publisher make(Settings settings, MessageLog log, Shards shards, Stats stats);
    }

    /**
     * Gives a message its place in the order: now or later: the POST is answered when this completes, and
     * not before. A failure is answered with 503. What an {@code Idempotency-Key} is good for is the publisher's affair.
     *
     * @param idempotencyKey 1 to 128 visible ASCII characters, or null if the client sent none
     */
    CompletionStage<Outcome> publish(NewMessage message, @Nullable String idempotencyKey);

    /** From now on a publish fails. What was published before may still complete; a drain waits for it. */
    void close();
}
