package push;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What follows one place in the log, as bytes in one row.
 *
 * <p>It exists so that a burst is one write for each stream, and is gathered once for all the streams that stand at
 * the same place, which in a server at rest is every stream. Nothing is allocated for a stream but the first.
 *
 * <p><b>Threads:</b> confined to its shard's IO thread.
 */
final class Batch {
    /** Room for at least one record of the greatest size: 4,160 characters of at most 4 bytes each, and its frame. */
    private static final int CAPACITY = 64 * 1024;

    private static final int MAX_PIECES = 1024;

    private final MessageLog log;
    final Wire wire;
    long delivered; // Since the shard has counted last.
    long laps; // The same.
    private final ByteBuffer room;
    private final Piece[] pieces = new Piece[MAX_PIECES];
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
     * Gathers what follows a place, up to the log's head or to what there is room for.
     *
     * @return false if it has been evicted, so that there is no telling what follows
     */
    boolean gather(long place, long head) {
        if (wire.isSnapshot()) {
            if (count == 0 || to != head) {
                gatherSnapshot(head);
            }
        } else if (count == 0 || place != from || (to < head && !full)) {
            gatherRecords(place, head);
        }
        bytes.rewind();
        return count > 0;
    }

    private void gatherSnapshot(long head) {
        pieces[0] = log.snapshot(wire, head);
        bytes = pieces[0].buffer();
        count = 1;
        to = head;
    }

    private void gatherRecords(long place, long head) {
        room.clear();
        count = 0;
        from = place;
        to = place;
        full = false;
        while (to < head) {
            Message message = log.get(to + 1);
            if (message == null) {
                break; // Evicted: what has been gathered is good, and the next batch will find nothing.
            }
            Piece piece = message.record(wire);
            full = piece.length() > room.remaining() || count == MAX_PIECES;
            if (full) {
                break;
            }
            room.put(piece.array(), piece.offset(), piece.length());
            pieces[count++] = piece;
            to++;
        }
        room.flip();
    }

    /** The bytes, of which the next stream takes what it can. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** The place after as many bytes as have been taken; within a record, the one after it. */
    long place() {
        int index = 0;
        for (int taken = bytes.position(); index < count && taken > 0; index++) {
            taken -= pieces[index].length();
        }
        return to - count + index;
    }

    /** What is left of the record in which the taking stopped, or null if it stopped between two. */
    @Nullable
    Piece rest() {
        int taken = bytes.position();
        for (int index = 0; index < count && taken > 0; index++) {
            if (taken < pieces[index].length()) {
                return pieces[index].after(taken);
            }
            taken -= pieces[index].length();
        }
        return null;
    }
}
