package push;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A message with a place in the order, encoded once for all streams.
 *
 * <p>It exists so that a thousand streams write the same bytes. Its server-sent event contains its NDJSON line, and
 * that line contains the fields that a snapshot needs.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Message {
    private final long sequence;
    private final ByteSlice sse;
    private final ByteSlice ndjson;
    private final ByteSlice fields;

    Message(String epoch, long sequence, NewMessage message, long timeMs) {
        this(epoch, sequence, sequence, message, timeMs);
    }

    /**
     * Encodes a message that a broker has given its number.
     *
     * @param sequence the position in this server's log
     * @param number the number in the id
     */
    public Message(String epoch, long sequence, long number, NewMessage message, long timeMs) {
        this.sequence = sequence;
        String id = epoch + '-' + number;
        String event = "id: " + id + "\ndata: ";
        String head = "{\"type\":\"message\",\"id\":\"" + id + "\",";
        String fields = said(message) + timeMs + '}';
        byte[] bytes = (event + head + fields + "\n\n").getBytes(StandardCharsets.UTF_8);
        int json = event.length();
        this.sse = ByteSlice.of(bytes);
        this.ndjson = new ByteSlice(bytes, json, bytes.length - json - 1);
        this.fields = new ByteSlice(bytes, json + head.length(), bytes.length - json - head.length() - 2);
    }

    /**
     * Returns the position in the log. The first message has sequence 1, and each later one is greater by 1. It is also
     * the number in the id, unless a broker has given the id.
     */
    public long sequence() {
        return sequence;
    }

    /** Returns the client-visible id. */
    public String id() {
        int length = ndjson.offset() - "id: \ndata: ".length();
        return new String(sse.array(), "id: ".length(), length, StandardCharsets.US_ASCII);
    }

    /** Returns whether this message has this user and text. */
    public boolean says(NewMessage message) {
        byte[] said = said(message).getBytes(StandardCharsets.UTF_8);
        int from = fields.offset();
        return said.length < fields.length()
                && Arrays.equals(fields.array(), from, from + said.length, said, 0, said.length);
    }

    private static String said(NewMessage message) {
        return "\"user\":" + Json.quote(message.user()) + ",\"text\":" + Json.quote(message.text()) + ",\"time\":";
    }

    /** Returns this message encoded as a record. */
    public ByteSlice record(Wire wire) {
        return wire == Wire.SSE ? sse : ndjson;
    }

    /** Returns this message as JSON without a line break: the content of the response to a POST. */
    public byte[] json() {
        byte[] json = new byte[ndjson.length() - 1];
        System.arraycopy(ndjson.array(), ndjson.offset(), json, 0, json.length);
        return json;
    }

    /** Returns the encoded size in bytes, without the small overhead of the object itself. */
    int size() {
        return sse.length();
    }

    /** Writes this message as a member of a snapshot, with the user, text and time fields of the plain format. */
    void writeTo(ByteArrayOutputStream snapshot) {
        snapshot.write('{');
        snapshot.write(fields.array(), fields.offset(), fields.length());
    }
}
