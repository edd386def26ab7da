package push;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream begins: what the client's last id means for this log.
 *
 * <p>It exists so that the one rule that must never lie stands alone: either exactly what follows, or a plain "forget
 * what you have" with the reason.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param position the sequence after which the stream goes on
 * @param reason null if what the client has stays good; else why not
 */
public record Resume(long position, @Nullable String reason) {
    private static final Pattern ID = Pattern.compile("([0-9a-z]{1,32})-(0|[1-9][0-9]{0,17})");

    /** The position of a client that sent this last id; null or empty if it sent none. */
    public static Resume from(@Nullable String lastEventId, MessageLog log) {
        if (lastEventId == null || lastEventId.isEmpty()) {
            return restart("new", log);
        }
        Matcher id = ID.matcher(lastEventId);
        if (!id.matches()) {
            return restart("malformed", log);
        }
        if (!id.group(1).equals(log.epoch())) {
            return restart("epoch", log);
        }
        long sequence = Long.parseLong(id.group(2));
        if (sequence > log.newest()) {
            return restart("future", log);
        }
        return sequence < log.first() - 1 ? restart("evicted", log) : new Resume(sequence, null);
    }

    static Resume restart(String reason, MessageLog log) {
        return new Resume(log.historyPosition(), reason);
    }
}
