package push;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The position at which a stream starts, derived from the client's last event id.
 *
 * <p>It exists to isolate the rule that must always be correct: the client receives exactly what it missed, or a record
 * that tells it to discard its history and why.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param position the sequence after which the stream starts
 * @param reason null if the client's history remains valid; otherwise why it does not
 */
public record Resume(long position, @Nullable String reason) {
    private static final Pattern ID = Pattern.compile("([0-9a-z]{1,32})-(0|[1-9][0-9]{0,17})");

    /** Returns the start position for a client's last event id, which is null or empty if the client sent none. */
    public static Resume from(@Nullable String lastEventId, MessageLog log) {
        if (lastEventId == null || lastEventId.isEmpty()) {
            return restart("new", log);
        }
        Matcher id = ID.matcher(lastEventId);
        if (!id.matches()) {
            return restart("malformed", log);
        }
        OptionalLong position = log.position(id.group(1), Long.parseLong(id.group(2)));
        if (position.isEmpty()) {
            return restart("epoch", log);
        }
        long after = position.getAsLong();
        if (after > log.newest()) {
            return restart("future", log);
        }
        return after < log.first() - 1 ? restart("evicted", log) : new Resume(after, null);
    }

    /** Returns the new start for a reader whose next message is gone. */
    static Resume lapped(long position, MessageLog log) {
        return restart(log.isBeforeEpoch(position) ? "epoch" : "lapped", log);
    }

    static Resume restart(String reason, MessageLog log) {
        return new Resume(log.historyPosition(), reason);
    }
}
