package push.http;

import java.nio.ByteBuffer;

/**
 * What a {@link Reply} consists of. It may be produced as its client reads it, so that an answer that is not read holds
 * little.
 *
 * <p><b>Threads:</b> confined to its exchange's IO thread.
 */
interface Content {
    /** Returns the number of bytes. */
    int length();

    /** Returns the bytes after those that have been sent, or the first of them: as many as fit in a buffer. */
    ByteBuffer[] from(int sent);

    /** Returns content that exists already. */
    static Content of(byte[] bytes) {
        return new Content() {
            @Override
            public int length() {
                return bytes.length;
            }

            @Override
            public ByteBuffer[] from(int sent) {
                return new ByteBuffer[] {ByteBuffer.wrap(bytes, sent, bytes.length - sent)};
            }
        };
    }
}
