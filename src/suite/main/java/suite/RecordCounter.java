package suite;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/**
 * A TCP socket that counts the alerts among the incoming TLS records.
 *
 * <p>It exists because the JDK does not report whether a TLS connection ended with or without close_notify.
 *
 * <p><b>Threads:</b> confined to the one that reads.
 */
final class RecordCounter extends Socket {

    private static final int HEAD_BYTES = 5;
    private static final int ALERT = 21; // RFC 5246, 6.2.1; in TLS 1.3 all records look alike.

    private int headBytes;
    private int length;
    private int left; // Bytes of the current record that are still to come.
    private int alerts;

    int alerts() {
        return alerts;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int atMost) throws IOException {
                int count = super.read(bytes, offset, atMost);
                for (int i = offset; i < offset + count; i++) {
                    count(bytes[i] & 0xff);
                }
                return count;
            }
        };
    }

    private void count(int next) {
        if (left > 0) {
            left--;
            return;
        }
        alerts += headBytes == 0 && next == ALERT ? 1 : 0;
        length = length << 8 | next;
        if (++headBytes == HEAD_BYTES) {
            headBytes = 0;
            left = length & 0xffff;
        }
    }
}
