package push.http;

/**
 * The entries of a client's HPACK table (RFC 7541, 2.3.2) that Undertow's decoder lacks, because it would end the
 * connection for them.
 *
 * <p>It exists to translate the indices of older entries. A bit for each entry suffices: a table of 4,096 bytes has 128
 * entries at most.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class HiddenEntries {
    static final int HIDDEN = -1;

    private static final int STATIC_ENTRIES = 61;

    private long newest; // One bit for each of the newest 64 entries, the lowest for the newest.
    private long older; // The same for the 64 before them.

    /** The client has inserted an entry that the decoder lacks. */
    void hide() {
        insert();
        newest |= 1;
    }

    /** The client has inserted an entry that the decoder has. */
    void insert() {
        older = older << 1 | newest >>> (Long.SIZE - 1);
        newest <<= 1;
    }

    /** Returns the decoder's index for an index of the client, or {@link #HIDDEN}. */
    int translate(int index) {
        int at = index - STATIC_ENTRIES - 1;
        if ((newest | older) == 0 || at < 0 || at >= 2 * Long.SIZE) {
            return index;
        }
        boolean isOlder = at >= Long.SIZE;
        long bits = isOlder ? older : newest;
        long bit = 1L << at; // Java takes the shift modulo 64.
        if ((bits & bit) != 0) {
            return HIDDEN;
        }
        return index - Long.bitCount(bits & (bit - 1)) - (isOlder ? Long.bitCount(newest) : 0);
    }
}
