package push;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A place in the log and a form: all that is needed to write what follows to a sink that may take only a part.
 *
 * <p>It exists instead of a queue. What it holds does not grow with how far behind it is: at most the rest of one
 * record that a full sink has cut. If the log has passed it by, it says so and goes on with the newest messages.
 *
 * <p><b>Threads:</b> confined to its shard's IO thread.
 */
final class Cursor {
    private final MessageLog log;
    private final Batch batch;
    private final Wire wire;
    private final int heartbeatMs;
    private long place;
    private @Nullable ByteBuffer pending; // Goes before all that the log has.

    /** A cursor that begins by saying where, and whether what the client has stays good. */
    Cursor(MessageLog log, Batch batch, int heartbeatMs, Resume resume) {
        this.log = log;
        this.batch = batch;
        this.wire = batch.wire;
        this.heartbeatMs = heartbeatMs;
        this.place = resume.place();
        if (wire.isSnapshot()) {
            sendSnapshot();
        } else {
            sendStart(resume.reason());
        }
    }

    /** Whether there is anything to write up to the log's head. */
    boolean hasMore(long head) {
        return pending != null || place < head;
    }

    long lag(long head) {
        return Math.max(0, head - place);
    }

    /** Writes what follows, up to the log's head; false if the sink took no more before that. */
    boolean writeTo(WritableByteChannel sink, long head) throws IOException {
        while (hasMore(head)) {
            if (!(pending == null ? writeBatch(sink, head) : writePending(sink))) {
                return false;
            }
        }
        return true;
    }

    /** Sends a heartbeat before anything that follows; a snapshot is its own. */
    void sendHeartbeat() {
        if (wire.isSnapshot()) {
            sendSnapshot();
        } else {
            pending = encode(wire.heartbeat(log.id(place)));
        }
    }

    /** Sends the record that ends a stream; a snapshot has none. */
    void sendBye(String reason) {
        pending = encode(wire.bye(reason, retryMs()));
    }

    private void sendStart(@Nullable String reason) {
        pending = encode(wire.start(reason, log.id(place), heartbeatMs, retryMs()));
    }

    private void sendSnapshot() {
        place = log.newest();
        pending = log.snapshot(wire, place).buffer();
    }

    private boolean writePending(WritableByteChannel sink) throws IOException {
        ByteBuffer bytes = pending;
        boolean whole = bytes == null || write(bytes, sink);
        if (whole) {
            pending = null;
        }
        return whole;
    }

    private boolean writeBatch(WritableByteChannel sink, long head) throws IOException {
        if (!batch.gather(place, head)) {
            Resume resume = Resume.afresh("lapped", log);
            place = resume.place();
            sendStart(resume.reason());
            batch.laps++;
            return true;
        }
        boolean whole = write(batch.bytes(), sink);
        Piece rest = batch.rest();
        pending = rest == null ? null : rest.buffer();
        long reached = Math.max(place, batch.place());
        batch.delivered += reached - place;
        place = reached;
        return whole;
    }

    /** Whether the sink took all of it. */
    private static boolean write(ByteBuffer bytes, WritableByteChannel sink) throws IOException {
        while (bytes.hasRemaining()) {
            if (sink.write(bytes) == 0) {
                return false;
            }
        }
        return true;
    }

    private static ByteBuffer encode(String record) {
        return ByteBuffer.wrap(record.getBytes(StandardCharsets.UTF_8));
    }

    /** When to come back, in milliseconds, spread so that clients do not all come back in the same moment. */
    static int retryMs() {
        return ThreadLocalRandom.current().nextInt(1_000, 5_001);
    }
}
