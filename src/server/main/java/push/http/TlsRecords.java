package push.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Counts the TLS records without data (RFC 8446, 5.1), and ends a connection with too many of them.
 *
 * <p>It exists because such a record, especially a KeyUpdate, makes the server derive keys and respond, before any code
 * counts frames or requests. An honest client sends only a few during a connection.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class TlsRecords {
    /** More than the number of unprocessed records that fit in one buffer. */
    static final int MAX_EMPTY = 2_000;

    private static final int HEAD_BYTES = 5;

    private int head; // Bytes of the current record header received.
    private int left; // Unread bytes of the record; in the header, the length received so far.
    private int empty;

    /** Counts the records in newly received bytes, which are between this index and the buffer's position. */
    void came(ByteBuffer bytes, int from) throws IOException {
        int end = bytes.position();
        for (int at = from; at < end; ) {
            if (head < HEAD_BYTES) {
                left = (left << 8 | (bytes.get(at++) & 0xff)) & 0xffff; // The length comes last.
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
            throw new IOException("The client sends too many TLS records without data");
        }
    }

    /** Returns a source that counts the data TLS delivers. It must be installed above TLS. */
    StreamSourceConduit above(StreamSourceConduit tls) {
        return new AbstractStreamSourceConduit<>(tls) {
            @Override
            public int read(ByteBuffer to) throws IOException {
                int count = next.read(to);
                empty -= count > 0 ? 1 : 0; // TLS processes one record at a time.
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
