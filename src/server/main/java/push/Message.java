package push;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A message that has its place in the order, encoded once for everybody.
 *
 * <p>It exists so that a thousand streams write the same bytes: its server-sent event holds its line of NDJSON, and
 * that holds the fields that a snapshot needs.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Message {
    private final long sequence;
    private final ByteSlice sse;
    private final ByteSlice ndjson;
    private final ByteSlice fields;

    Message(String epoch, long sequence, NewMessage message, long timeMs) {
        this.sequence = sequence;
        String id = epoch + '-' + sequence;
        String event = "id: " + id + "\ndata: ";
        String head = "{\"type\":\"message\",\"id\":\"" + id + "\",";
        String fields = "\"user\":" + Json.quote(message.user()) + ",\"text\":" + Json.quote(message.text())
                + ",\"time\":" + timeMs + '}';
        byte[] bytes = (event + head + fields + "\n\n").getBytes(StandardCharsets.UTF_8);
        int json = event.length();
        this.sse = ByteSlice.of(bytes);
        this.ndjson = new ByteSlice(bytes, json, bytes.length - json - 1);
        this.fields = new ByteSlice(bytes, json + head.length(), bytes.length - json - head.length() - 2);
    }

    /** The place in the order: the first message of a log has 1, and each has one more than that before it. */
    public long sequence() {
        return sequence;
    }

    /** The bytes of this message as a record. */
    public ByteSlice record(Wire wire) {
        return wire == Wire.SSE ? sse : ndjson;
    }

    /** This message as JSON, with no line break: what a POST is answered with. */
    public byte[] json() {
        byte[] json = new byte[ndjson.length() - 1];
        System.arraycopy(ndjson.array(), ndjson.offset(), json, 0, json.length);
        return json;
    }

    /** What is kept in memory for it, in bytes, the object's own few left out. */
    int size() {
        return sse.length();
    }

    /** Writes it as a member of a snapshot: the user, the text and the time, as the plain form has them. */
    void writeTo(ByteArrayOutputStream snapshot) {
        snapshot.write('{');
        snapshot.write(fields.array(), fields.offset(), fields.length());
    }
}
