package push;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The records that follow one position in the log, gathered in one buffer.
 *
 * <p>It exists so that each stream sends a burst with one write. The records are gathered once and shared by all
 * streams at the same position, which on an idle server is every stream. Only the first stream pays for the gathering.
 *
 * <p><b>Threads:</b> confined to its shard's event loop.
 */
final class Batch {
    /** Holds at least one record of the largest size: 4,160 characters of up to 4 bytes each, plus framing. */
    private static final int CAPACITY = 64 * 1024;

    private static final int MAX_SLICES = 1024;

    private final MessageLog log;
    final Wire wire;
    long delivered; // Since the last report.
    long laps; // Likewise.
    private final ByteBuffer room;
    private final ByteSlice[] slices = new ByteSlice[MAX_SLICES];
    private ByteBuffer bytes;
    private int count;
    private long from;
    private long to;
    private boolean full;

    Batch(MessageLog log, Wire wire) {
        this.log = log;
        this.wire = wire;
        this.room = ByteBuffer.allocateDirect(wire.isSnapshot() ? 0 : CAPACITY);
        this.bytes = room;
    }

    /**
     * Gathers the records that follow a position, up to the log's head or until the buffer is full.
     *
     * @return false if the record after the position has been evicted
     */
    boolean gather(long position, long head) {
        if (wire.isSnapshot()) {
            if (count == 0 || to != head) {
                gatherSnapshot(head);
            }
        } else if (count == 0 || position != from || (to < head && !full)) {
            gatherRecords(position, head);
        }
        bytes.rewind();
        return count > 0;
    }

    private void gatherSnapshot(long head) {
        slices[0] = log.snapshot(wire, head);
        bytes = slices[0].buffer();
        count = 1;
        to = head;
    }

    private void gatherRecords(long position, long head) {
        room.clear();
        count = 0;
        from = position;
        to = position;
        full = false;
        while (to < head) {
            Message message = log.get(to + 1);
            if (message == null) {
                break; // Evicted. The records gathered so far are valid; the next call gathers none and returns false.
            }
            ByteSlice slice = message.record(wire);
            full = slice.length() > room.remaining() || count == MAX_SLICES;
            if (full) {
                break;
            }
            room.put(slice.array(), slice.offset(), slice.length());
            slices[count++] = slice;
            to++;
        }
        room.flip();
    }

    /** Returns the gathered bytes. The stream's sink consumes as many as it can. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Returns the log position after the consumed bytes. A partly consumed record counts as consumed. */
    long position() {
        int index = 0;
        for (int taken = bytes.position(); index < count && taken > 0; index++) {
            taken -= slices[index].length();
        }
        return to - count + index;
    }

    /** Returns the unsent part of a partly consumed record, or null if consumption ended between two records. */
    @Nullable
    ByteSlice rest() {
        int taken = bytes.position();
        for (int index = 0; index < count && taken > 0; index++) {
            if (taken < slices[index].length()) {
                return slices[index].after(taken);
            }
            taken -= slices[index].length();
        }
        return null;
    }
}
