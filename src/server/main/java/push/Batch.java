package push;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What follows one position in the log, as bytes in one row.
 *
 * <p>It exists so that a burst is one write for each stream, and is gathered once for all the streams that stand at
 * the same position, which in a server at rest is every stream. Nothing is allocated for a stream but the first.
 *
 * <p><b>Threads:</b> confined to its shard's event loop.
 */
final class Batch {
    /** Room for at least one record of the greatest size: 4,160 characters of at most 4 bytes each, and its frame. */
    private static final int CAPACITY = 64 * 1024;

    private static final int MAX_SLICES = 1024;

    private final MessageLog log;
    final Wire wire;
    long delivered; // Since the shard has counted last.
    long laps; // The same.
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
     * Gathers what follows a position, up to the log's head or to what there is room for.
     *
     * @return false if it has been evicted, so that there is no telling what follows
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
                break; // Evicted: what has been gathered is good, and the next batch will find nothing.
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

    /** The bytes, of which the next stream takes what it can. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** The position after as many bytes as have been taken; within a record, the one after it. */
    long position() {
        int index = 0;
        for (int taken = bytes.position(); index < count && taken > 0; index++) {
            taken -= slices[index].length();
        }
        return to - count + index;
    }

    /** What is left of the record in which the taking stopped, or null if it stopped between two. */
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
