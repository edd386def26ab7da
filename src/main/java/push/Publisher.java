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

    /**
     * Gives a message its place in the order.
     *
     * @param idempotencyKey 1 to 128 visible ASCII characters, or null if the client sent none
     */
    CompletionStage<Outcome> publish(Draft draft, @Nullable String idempotencyKey);

    /** From now on no message gets a place here: a publish fails. What has one will be read by every open stream. */
    void close();
}
