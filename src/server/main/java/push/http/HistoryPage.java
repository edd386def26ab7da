package push.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import push.Message;
import push.Wire;

/**
 * One page of older messages as JSON. It shares its bytes with the streams, and produces the rest of them whenever the
 * client takes some.
 *
 * <p>It exists because a page of short messages consists of hundreds of parts. Objects for all of them, kept for each
 * client that does not read, would cost the collector more than the messages.
 *
 * <p><b>Threads:</b> confined to its exchange's IO thread.
 */
final class HistoryPage implements Content {
    /** No more fits in Undertow's buffer, or in a TLS record. */
    private static final int AT_ONCE = 16 * 1024;

    private static final byte[] HEAD = "{\"messages\":[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COMMA = {','};
    private static final int COMMA_BYTES = 1;

    private final Message[] messages;
    private final byte[] end;
    private final int length;
    private int first; // The first message that has not been sent completely,
    private int start = HEAD.length; // and where its bytes and the comma after it begin.

    /**
     * Creates a page.
     *
     * @param more whether older messages are kept
     */
    HistoryPage(List<Message> messages, boolean more) {
        this.messages = messages.toArray(new Message[0]);
        this.end = ("],\"more\":" + more + '}').getBytes(StandardCharsets.US_ASCII);
        int all = HEAD.length + end.length;
        for (int i = 0; i < this.messages.length; i++) {
            all += size(i);
        }
        this.length = all;
    }

    private static int bytes(Message message) {
        return message.record(Wire.NDJSON).length() - 1; // Without its line feed.
    }

    private int size(int index) {
        return bytes(messages[index]) + (index < messages.length - 1 ? COMMA_BYTES : 0);
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public ByteBuffer[] from(int sent) {
        while (first < messages.length && start + size(first) <= sent) {
            start += size(first);
            first++;
        }
        List<ByteBuffer> parts = new ArrayList<>();
        if (sent < HEAD.length) {
            parts.add(ByteBuffer.wrap(HEAD, sent, HEAD.length - sent));
        }
        int skipped = Math.max(0, sent - start);
        int bytes = 0;
        int next = first;
        for (; next < messages.length && bytes < AT_ONCE; next++) {
            bytes += size(next);
            skipped = add(
                    parts, messages[next].record(Wire.NDJSON).array(), offset(next), bytes(messages[next]), skipped);
            if (next < messages.length - 1) {
                skipped = add(parts, COMMA, 0, COMMA_BYTES, skipped);
            }
        }
        if (next == messages.length) {
            add(parts, end, 0, end.length, skipped);
        }
        return parts.toArray(new ByteBuffer[0]);
    }

    private int offset(int index) {
        return messages[index].record(Wire.NDJSON).offset();
    }

    /** Adds the bytes of an array except the first ones, and returns how many are still to be left out. */
    private static int add(List<ByteBuffer> parts, byte[] array, int offset, int length, int skipped) {
        if (length > skipped) {
            parts.add(ByteBuffer.wrap(array, offset + skipped, length - skipped));
        }
        return Math.max(0, skipped - length);
    }
}
