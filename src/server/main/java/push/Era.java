package push;

import org.jspecify.annotations.Nullable;

/**
 * A run of positions whose ids have one epoch and no gap.
 *
 * <p>It exists because a log that follows a broker's stream may have to continue in another stream, or after a gap. Its
 * positions go on, so that cursors need not know; the ids of the positions then have another epoch, or skip numbers.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param offset what to subtract from a position to get the number in its id
 * @param start the position of the era's first message
 * @param epochStart the position of the first message with this epoch
 * @param before the era before this one, or null if there was none; earlier ones are forgotten
 */
record Era(
        String epoch,
        long offset,
        long start,
        long epochStart,
        @Nullable Era before) {
    /** Returns the only era of a log that gives its own ids. */
    static Era first(String epoch) {
        return new Era(epoch, 0, 1, 1, null);
    }

    /** Returns the era that begins at a position, whose message has the given epoch and number. */
    Era next(String epoch, long number, long position) {
        Era before = new Era(this.epoch, offset, start, epochStart, null);
        long epochStart = epoch.equals(this.epoch) ? this.epochStart : position;
        return new Era(epoch, position - number, position, epochStart, before);
    }

    /** Returns the id of a position, which a client that sends it may have from this era or the one before. */
    String id(long position) {
        if (position >= start - 1 || before == null) {
            return epoch + '-' + (position - offset);
        }
        if (position >= before.start - 1) {
            return before.epoch + '-' + (position - before.offset);
        }
        // Forgotten. It is not "-0" of this epoch: if the stream is kept whole, everything follows that.
        return before.epoch + "-0";
    }
}
