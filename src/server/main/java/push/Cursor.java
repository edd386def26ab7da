package push;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A position in the log and a form: all that is needed to write what follows to a sink that may take only a part.
 *
 * <p>It exists instead of a queue. What it holds does not grow with how far behind it is: at most the rest of one
 * record that a full sink has cut. If the log has passed it by, it says so and goes on with the newest messages.
 *
 * <p><b>Threads:</b> confined to its shard's event loop.
 */
final class Cursor {
    private final MessageLog log;
    private final Batch batch;
    private final Wire wire;
    private final int heartbeatMs;
    private long position;
    private @Nullable ByteBuffer pending; // Goes before all that the log has.

    /** A cursor that begins by saying where, and whether what the client has stays good. */
    Cursor(MessageLog log, Batch batch, int heartbeatMs, Resume resume) {
        this.log = log;
        this.batch = batch;
        this.wire = batch.wire;
        this.heartbeatMs = heartbeatMs;
        this.position = resume.position();
        if (wire.isSnapshot()) {
            sendSnapshot();
        } else {
            sendStart(resume.reason());
        }
    }

    /** Whether there is anything to write up to the log's head. */
    boolean hasMore(long head) {
        return pending != null || position < head;
    }

    /** The head of the log by now. */
    long newest() {
        return log.newest();
    }

    long lag(long head) {
        return Math.max(0, head - position);
    }

    /** Writes what follows, up to the log's head; false if the sink took no more before that. */
    boolean writeTo(Sink sink, long head) throws IOException {
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
            pending = encode(wire.heartbeat(log.id(position)));
        }
    }

    /** Sends the record that ends a stream; a snapshot has none. */
    void sendBye(String reason) {
        pending = encode(wire.bye(reason, Wire.retryMs()));
    }

    private void sendStart(@Nullable String reason) {
        pending = encode(wire.start(reason, log.id(position), heartbeatMs, Wire.retryMs()));
    }

    private void sendSnapshot() {
        position = log.newest();
        pending = log.snapshot(wire, position).buffer();
    }

    private boolean writePending(Sink sink) throws IOException {
        ByteBuffer bytes = pending;
        boolean whole = bytes == null || write(bytes, sink);
        if (whole) {
            pending = null;
        }
        return whole;
    }

    private boolean writeBatch(Sink sink, long head) throws IOException {
        if (!batch.gather(position, head)) {
            Resume resume = Resume.restart("lapped", log);
            position = resume.position();
            sendStart(resume.reason());
            batch.laps++;
            return true;
        }
        boolean whole = write(batch.bytes(), sink);
        ByteSlice rest = batch.rest();
        pending = rest == null ? null : rest.buffer();
        long reached = Math.max(position, batch.position());
        batch.delivered += reached - position;
        position = reached;
        return whole;
    }

    /** Whether the sink took all of it. */
    private static boolean write(ByteBuffer bytes, Sink sink) throws IOException {
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
}
