package push;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A position in the log and a wire format. Writes the records that follow the position to a sink, which may accept only
 * part of them.
 *
 * <p>It exists instead of a queue. Its memory does not grow with its lag: it holds at most the rest of one record that
 * a full sink cut off. If the log has evicted the next message, the cursor tells the client and continues with the
 * newest messages.
 *
 * <p><b>Threads:</b> confined to its shard's event loop.
 */
final class Cursor {
    private final MessageLog log;
    private final Batch batch;
    private final Wire wire;
    private final int heartbeatMs;
    private long position;
    private @Nullable ByteBuffer pending; // Sent before any record from the log.

    /** Creates a cursor whose first record states the position and whether the client's history remains valid. */
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

    /** Returns whether anything remains to be written up to the given head. */
    boolean hasMore(long head) {
        return pending != null || position < head;
    }

    /** Returns the log's current head. */
    long newest() {
        return log.newest();
    }

    long lag(long head) {
        return Math.max(0, head - position);
    }

    /** Writes the records up to the given head. Returns false if the sink stopped accepting bytes before that. */
    boolean writeTo(Sink sink, long head) throws IOException {
        while (hasMore(head)) {
            if (!(pending == null ? writeBatch(sink, head) : writePending(sink))) {
                return false;
            }
        }
        return true;
    }

    /** Queues a heartbeat ahead of the next records. In a snapshot format, a new snapshot is the heartbeat. */
    void sendHeartbeat() {
        if (wire.isSnapshot()) {
            sendSnapshot();
        } else {
            pending = encode(wire.heartbeat(log.id(position)));
        }
    }

    /** Queues the record that ends a stream. Snapshot formats have no such record. */
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
            Resume resume = Resume.lapped(position, log);
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

    /** Returns whether the sink accepted all the bytes. */
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
