package peers;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The messages of a peer in Java, as bytes of the kit's NDJSON form; the peers differ only in how they write them.
 *
 * <p>A message is encoded once. The newest are kept in a ring, so a stream needs no queue, only its position.
 *
 * <p><b>Threads:</b> guarded by this object's lock.
 */
public final class Feed {
    private static final int KEPT = 8_192;
    private static final int HISTORY = 50;

    private final JsonMapper json = new JsonMapper();
    private final String epoch = Long.toString(ThreadLocalRandom.current().nextLong(1L << 60), 36);
    private final byte[][] records = new byte[KEPT][];
    private long newest;

    /** The first bytes of a new stream, and the position from which it goes on. */
    public record Opening(byte[] bytes, long position) {}

    /** A stored message: its location, and its record without the line end. */
    public record Stored(String location, byte[] record) {}

    /** Stores the message of a POST; throws Jackson's exceptions for bytes that are not JSON. */
    public synchronized Stored publish(byte[] body) {
        JsonNode draft = json.readTree(body);
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("type", "message");
        message.put("id", id(newest + 1));
        message.put("user", draft.get("user"));
        message.put("text", draft.get("text"));
        message.put("time", System.currentTimeMillis());
        byte[] record = json.writeValueAsBytes(message);
        newest++;
        records[(int) (newest % KEPT)] = line(record);
        return new Stored("messages/" + id(newest), record);
    }

    /** Begins a stream: after the id that its client has, or with the newest 50 messages. */
    public synchronized Opening open(String lastEventId) {
        long after = position(lastEventId);
        boolean resumed = after >= 0;
        long from = resumed ? after : Math.max(0, newest - HISTORY);
        Map<String, Object> start = new LinkedHashMap<>();
        start.put("type", "start");
        start.put("resumed", resumed);
        if (!resumed) {
            start.put("reason", "new");
        }
        start.put("id", id(from));
        start.put("heartbeatMs", 15_000);
        byte[] first = line(json.writeValueAsBytes(start));
        byte[] rest = between(from, newest);
        return new Opening(
                ByteBuffer.allocate(first.length + rest.length)
                        .put(first)
                        .put(rest)
                        .array(),
                newest);
    }

    public synchronized long newest() {
        return newest;
    }

    /** Returns the records after one position up to another, in one piece; null if the oldest has been dropped. */
    public synchronized byte[] between(long after, long upTo) {
        if (after < newest - KEPT) {
            return null;
        }
        if (after == upTo - 1) {
            return records[(int) (upTo % KEPT)];
        }
        int length = 0;
        for (long at = after + 1; at <= upTo; at++) {
            length += records[(int) (at % KEPT)].length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (long at = after + 1; at <= upTo; at++) {
            all.put(records[(int) (at % KEPT)]);
        }
        return all.array();
    }

    private static byte[] line(byte[] record) {
        byte[] line = Arrays.copyOf(record, record.length + 1);
        line[record.length] = '\n';
        return line;
    }

    private long position(String lastEventId) {
        if (lastEventId == null || !lastEventId.startsWith(epoch + "-")) {
            return -1;
        }
        long sequence = Long.parseLong(lastEventId.substring(epoch.length() + 1));
        return sequence <= newest && sequence >= newest - KEPT ? sequence : -1;
    }

    private String id(long sequence) {
        return epoch + "-" + sequence;
    }
}
