package push;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Takes GOAWAY out of what a client sends, and marks the place where it stood.
 *
 * <p>It exists because Undertow ends all streams of a connection at a GOAWAY, against RFC 9113, 6.8, and does so before
 * anything of ours is asked. In its place stands a SETTINGS frame with ACK, which means nothing by then and keeps the order:
 * requests before it are answered and requests after it are not.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class FrameWatch extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private static final int HEADER_BYTES = 9;
    private static final int PREFACE_BYTES = 24;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int ACK = 1;

    private final byte[] header = new byte[HEADER_BYTES];
    private int held; // Bytes of a header that is not whole yet: they are passed on with the rest.
    private int passing = PREFACE_BYTES; // How much of a payload is still to come.
    private int dropping;
    private int settings;
    private int goAwayAt; // Which of the SETTINGS frames stands for a GOAWAY; 0: none.

    FrameWatch(StreamSourceConduit next) {
        super(next);
    }

    /** Whether the SETTINGS frame of this number, counted from 1, stands for the client's GOAWAY. */
    boolean isGoAway(int number) {
        return number == goAwayAt;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int start = into.position();
        if (into.remaining() <= HEADER_BYTES) {
            return 0; // Never: Undertow reads into whole buffers.
        }
        into.put(header, 0, held);
        int count = super.read(into);
        if (count <= 0) {
            into.position(start);
            return count;
        }
        into.position(watch(into, start, into.position()));
        return into.position() - start;
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            if (into[i].hasRemaining()) {
                return read(into[i]);
            }
        }
        return 0;
    }

    /** Watches bytes that were read before this conduit was there. */
    void watch(ByteBuffer read) {
        read.limit(watch(read, read.position(), read.limit()));
    }

    /** Looks at the bytes from start to end, and returns where those end that are to be passed on. */
    private int watch(ByteBuffer bytes, int start, int end) {
        held = 0;
        int to = start;
        for (int from = start; from < end; ) {
            int rest = end - from;
            if (dropping > 0) {
                int count = Math.min(dropping, rest);
                dropping -= count;
                from += count;
            } else if (passing > 0) {
                int count = Math.min(passing, rest);
                passing -= count;
                to = move(bytes, from, to, count);
                from += count;
            } else if (rest < HEADER_BYTES) {
                bytes.get(from, header, 0, rest);
                held = rest;
                from = end;
            } else {
                watchHeader(bytes, from);
                to = move(bytes, from, to, HEADER_BYTES);
                from += HEADER_BYTES;
            }
        }
        return to;
    }

    private static int move(ByteBuffer bytes, int from, int to, int count) {
        if (from != to) {
            byte[] moved = new byte[count]; // Seldom: only behind a GOAWAY in the same read.
            bytes.get(from, moved);
            bytes.put(to, moved);
        }
        return to + count;
    }

    private void watchHeader(ByteBuffer bytes, int at) {
        int lengthAndType = bytes.getInt(at);
        int length = lengthAndType >>> 8;
        int type = lengthAndType & 0xff;
        passing = length;
        if (type == SETTINGS) {
            settings++;
        } else if (type == GOAWAY && length >= 8 && (bytes.getInt(at + 5) & 0x7fff_ffff) == 0) {
            bytes.putInt(at, SETTINGS);
            bytes.put(at + 4, (byte) ACK);
            passing = 0;
            dropping = length;
            settings++;
            goAwayAt = goAwayAt == 0 ? settings : goAwayAt;
        }
    }
}
