package push.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Counts the records of TLS that bring no data (RFC 8446, 5.1), and ends a connection that has too many of them.
 *
 * <p>It exists because such a record, a KeyUpdate above all, makes the server derive keys and answer, and comes before
 * anything that counts frames or requests. An honest client sends a few in the life of a connection.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class TlsRecords {
    /** More than one buffer holds of records that have not been looked into yet. */
    static final int MAX_EMPTY = 2_000;

    private static final int HEAD_BYTES = 5;

    private int head; // How many bytes of a record's head have come.
    private int left; // Of the record; while its head comes, the length as far as it is known.
    private int empty;

    /** What TCP has brought lies in the buffer from here to its position. */
    void came(ByteBuffer bytes, int from) throws IOException {
        int end = bytes.position();
        for (int at = from; at < end; ) {
            if (head < HEAD_BYTES) {
                left = (left << 8 | (bytes.get(at++) & 0xff)) & 0xffff; // The length stands last.
                head++;
            } else {
                int count = Math.min(left, end - at);
                left -= count;
                at += count;
            }
            if (head == HEAD_BYTES && left == 0) {
                head = 0;
                empty++;
            }
        }
        if (empty > MAX_EMPTY) {
            throw new IOException("The client sends records of TLS without data");
        }
    }

    /** What TLS hands on; to be set above it. */
    StreamSourceConduit above(StreamSourceConduit tls) {
        return new AbstractStreamSourceConduit<>(tls) {
            @Override
            public int read(ByteBuffer to) throws IOException {
                int count = next.read(to);
                empty -= count > 0 ? 1 : 0; // TLS looks into one record at a time.
                return count;
            }

            @Override
            public long read(ByteBuffer[] to, int offset, int length) throws IOException {
                long count = next.read(to, offset, length);
                empty -= count > 0 ? 1 : 0;
                return count;
            }
        };
    }
}
