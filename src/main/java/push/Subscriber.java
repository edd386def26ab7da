package push;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/**
 * One open stream: a sink, a form, and a place in the log.
 *
 * <p>It exists instead of a queue. What it holds does not grow with how far behind it is: when its sink is full it
 * waits, the log goes on, and if the log has passed it by, it is told so and goes on with the newest messages.
 *
 * <pre>
 *              sink full                     bye written
 *   WRITING ─────────────▶ WAITING     ──────────────────▶ closed(drain)
 *      ▲    ◀───────────── │           any state, the peer leaves or stalls
 *               writable   │           ──────────────────▶ closed(reason)
 * </pre>
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Subscriber {
    private final Connection connection;
    private final int id;
    private final Shard shard;
    private final Wire wire;
    private final HttpServerExchange exchange;
    private final StreamSinkChannel sink;
    private final Batch batch;

    private long place;
    private @Nullable ByteBuffer pending; // Goes before all that the log has: a start, a bye, the rest of a record.
    private boolean waiting; // The sink took no more: its write listener will call.
    private boolean leaving; // After what the log has, a bye and the end.
    private boolean saidBye;
    private boolean closed;
    private @Nullable Reason reason; // Known before the end when a frame has told it.
    private long wroteNanos;
    private long movedNanos;
    int index; // Where it stands in its shard's list.

    Subscriber(Connection connection, Wire wire, HttpServerExchange exchange) {
        this.connection = connection;
        this.id = connection.requestId();
        this.shard = connection.shard;
        this.wire = wire;
        this.batch = shard.batch(wire);
        this.exchange = exchange;
        this.sink = exchange.getResponseChannel();
    }

    /** Sends the first record and what follows the client's place. */
    void open(Resume resume) {
        // A reset or a lost connection is told through the write listener alone, and only if there is one.
        sink.getWriteSetter().set(channel -> onWritable());
        exchange.addExchangeCompleteListener((done, next) -> {
            close(Reason.TCP);
            next.proceed();
        });
        connection.add(id, this);
        shard.add(this);
        place = resume.place();
        if (wire.isSnapshot()) {
            place = shard.log.newest();
            pending = shard.log.snapshot(wire, place).buffer();
        } else {
            pending = encode(wire.start(resume.reason(), shard.config.heartbeatMs(), retryMs()));
        }
        drain(shard.log.newest(), System.nanoTime());
    }

    /** Writes what follows this place, up to the log's head or to what the sink takes. */
    void drain(long head, long nowNanos) {
        assert shard.isCurrentThread();
        if (closed || waiting) {
            return;
        }
        try {
            boolean wrote = false;
            boolean room = true;
            while (room && (pending != null || place < head || (leaving && !saidBye))) {
                room = pending != null ? writePending() : place < head ? writeBatch(head) : sayBye();
                wrote = true;
            }
            if (saidBye && pending == null) {
                because(Reason.DRAIN);
                exchange.endExchange();
            } else if (wrote) {
                wroteNanos = nowNanos;
                if (!sink.flush() || !room) {
                    waiting = true;
                    movedNanos = nowNanos;
                    sink.resumeWrites();
                }
            }
        } catch (IOException e) {
            close(Reason.TCP); // The sink is broken: the peer has gone.
        }
    }

    private boolean writePending() throws IOException {
        ByteBuffer bytes = pending;
        boolean whole = bytes == null || write(bytes);
        if (whole) {
            pending = null;
        }
        return whole;
    }

    private boolean writeBatch(long head) throws IOException {
        if (!batch.gather(place, head)) {
            Resume resume = Resume.afresh("lapped", shard.log);
            shard.stats.laps.increment();
            place = resume.place();
            pending = encode(wire.start(resume.reason(), shard.config.heartbeatMs(), retryMs()));
            return true;
        }
        boolean whole = write(batch.bytes());
        long reached = batch.place();
        Piece rest = batch.rest();
        pending = rest == null ? null : rest.buffer();
        shard.delivered += reached - place;
        place = reached;
        return whole;
    }

    /** Whether the sink took all of it. */
    private boolean write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (sink.write(bytes) == 0) {
                return false;
            }
        }
        return true;
    }

    private void onWritable() {
        assert shard.isCurrentThread();
        try {
            boolean flushed = sink.flush(); // On a sink that has ended, this completes the exchange.
            if (closed) {
                return;
            }
            if (!sink.isOpen()) {
                close(Reason.TCP);
                return;
            }
            movedNanos = System.nanoTime();
            if (flushed && waiting) {
                waiting = false;
                sink.suspendWrites();
                drain(shard.log.newest(), movedNanos);
            }
        } catch (IOException e) {
            close(Reason.TCP);
        }
    }

    /** Looks at the clock: a heartbeat if nothing was written for a while, the end if nothing moves. */
    void tick(long nowNanos) {
        assert shard.isCurrentThread();
        if (waiting && nowNanos - movedNanos >= shard.config.stallMs() * 1_000_000L) {
            close(Reason.STALLED);
        } else if (!waiting && !leaving && nowNanos - wroteNanos >= shard.config.heartbeatMs() * 1_000_000L) {
            long newest = shard.log.newest();
            pending = wire.isSnapshot()
                    ? shard.log.snapshot(wire, newest).buffer()
                    : encode(wire.heartbeat(shard.log.id(newest)));
            drain(newest, nowNanos);
        }
    }

    /** Ends the stream after what the log has, with a bye. */
    void drainAndLeave(long nowNanos) {
        leaving = true;
        drain(shard.log.newest(), nowNanos);
    }

    private boolean sayBye() throws IOException {
        saidBye = true;
        pending = encode(wire.bye("drain", retryMs()));
        return writePending();
    }

    /** A frame has told why this stream is about to end. */
    void because(Reason told) {
        if (reason == null) {
            reason = told;
        }
    }

    /** Ends the stream at once; harmless if it has ended. */
    void close(Reason otherwise) {
        if (closed) {
            return;
        }
        closed = true;
        pending = null;
        connection.remove(id);
        shard.remove(this);
        shard.stats.close(reason != null ? reason : connection.reason(otherwise));
        IoUtils.safeClose(sink);
        try {
            sink.flush(); // Completes the exchange, which closing alone does not.
        } catch (IOException e) {
            // It was broken already, which is why we are here.
        }
    }

    long lag(long head) {
        return head - place;
    }

    private static ByteBuffer encode(String record) {
        return ByteBuffer.wrap(record.getBytes(StandardCharsets.UTF_8));
    }

    /** When to come back, spread so that not all come at once. */
    private static int retryMs() {
        return ThreadLocalRandom.current().nextInt(1_000, 5_001);
    }
}
