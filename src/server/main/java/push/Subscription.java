package push;

import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One open stream: its cursor on the log, its sink, and how it ends.
 *
 * <pre>
 *              sink full                     bye written
 *   WRITING ─────────────▶ WAITING     ──────────────────▶ closed(drain)
 *      ▲    ◀───────────── │           any state, the peer leaves or stalls
 *               writable   │           ──────────────────▶ closed(reason)
 * </pre>
 *
 * <p>A failure in one of its steps ends this stream and no other. A write has two steps, so that a connection can send
 * the output of many streams together: {@link #write} passes bytes to the sink, and {@link #settle} checks whether they
 * were sent.
 *
 * <p><b>Length:</b> the states above and all transitions to the end, which must be read together.
 *
 * <p><b>Threads:</b> confined to its connection's event loop.
 */
final class Subscription implements Sink.Listener, Stalled.Waiting {
    private static final Logger LOG = Logger.getLogger(Subscription.class.getName());

    /** The events that a stream reports to its connection. */
    interface Owner {
        /** The sink accepts no more bytes for now. */
        void waits(Subscription stream);

        /** The sink accepts bytes again. */
        void goesOn(Subscription stream);

        /** Returns the connection's totals. */
        Stalled.Tally tally();

        /** Memory is tight, and this stream was chosen to end. */
        void letGo(Subscription stream);

        /** The stream has ended, for the reason recorded earlier or else for the given one. */
        void ended(Subscription stream, EndReason otherwise);
    }

    private enum Step {
        WRITE,
        SETTLE,
        TICK,
        WRITABLE
    }

    final int id;
    private final EventLoop loop;
    private final Owner owner;
    private final Sink sink;
    private final Cursor cursor;
    private final long heartbeatNanos;
    private boolean waiting; // The sink accepts no more and will notify.
    private boolean taken; // The sink has accepted everything available.
    private boolean leaving; // The stream ends with a bye after the log's last record.
    private boolean finished; // The bye is written, and the sink knows that nothing follows.
    private long byeHead = -1; // The log's head at the bye; later messages are not sent.
    private boolean closed;
    private @Nullable EndReason reason; // Set before the end if a frame gave the reason.
    private long wroteNanos;
    private long movedNanos;

    Subscription(int id, EventLoop loop, Sink sink, Cursor cursor, int heartbeatMs, Owner owner) {
        this.id = id;
        this.loop = loop;
        this.sink = sink;
        this.cursor = cursor;
        this.heartbeatNanos = heartbeatMs * 1_000_000L;
        this.owner = owner;
        this.wroteNanos = loop.nanoTime();
        this.movedNanos = wroteNanos;
    }

    /** Writes the log up to its head to the sink. Returns true if {@link #settle} must follow. */
    boolean write(long head, long nowNanos) {
        return step(Step.WRITE, head, nowNanos);
    }

    /** Checks whether the written bytes were sent. */
    void settle(long head, long nowNanos) {
        step(Step.SETTLE, head, nowNanos);
    }

    /** Writes a heartbeat if nothing was written for a while. Returns true if {@link #settle} must follow. */
    boolean tick(long head, long nowNanos) {
        return step(Step.TICK, head, nowNanos);
    }

    /** Writes the log up to its head and a bye, then ends. Returns true if {@link #settle} must follow. */
    boolean sayGoodbye(long head, long nowNanos) {
        leaving = true;
        return step(Step.WRITE, head, nowNanos);
    }

    @Override
    public void writable() {
        step(Step.WRITABLE, cursor.newest(), loop.nanoTime());
    }

    @Override
    public void ended(EndReason otherwise) {
        close(otherwise);
    }

    boolean isWaiting() {
        return waiting;
    }

    /** Returns when bytes were last sent, or when the wait began if that is later. */
    @Override
    public long movedNanos() {
        return movedNanos;
    }

    @Override
    public Stalled.Tally tally() {
        return owner.tally();
    }

    @Override
    public void letGo() {
        owner.letGo(this);
    }

    /** Returns how many messages this stream is behind. */
    long lag(long head) {
        return cursor.lag(head);
    }

    /** Records why the stream is ending. The first reason wins. */
    void willEnd(EndReason told) {
        reason = reason == null ? told : reason;
    }

    /** Returns the recorded reason for ending, or null if there is none. */
    @Nullable
    EndReason reason() {
        return reason;
    }

    /** Ends the stream immediately. Does nothing if it has ended. */
    void close(EndReason otherwise) {
        if (closed) {
            return;
        }
        closed = true;
        owner.ended(this, otherwise);
        try {
            sink.abort();
        } catch (RuntimeException | Error e) {
            log("Could not end a response", e);
        }
    }

    /** Runs one step. This is the only place that handles failures; a failure ends this stream alone. */
    private boolean step(Step step, long head, long nowNanos) {
        assert loop.isCurrent();
        if (closed) {
            return false;
        }
        try {
            return switch (step) {
                case WRITE -> writeNow(head, nowNanos);
                case SETTLE -> settleNow(head, nowNanos);
                case TICK -> tickNow(head, nowNanos);
                case WRITABLE -> writableNow(head, nowNanos);
            };
        } catch (IOException e) {
            close(EndReason.TCP); // The sink is broken: the peer has gone.
        } catch (RuntimeException | Error e) {
            close(EndReason.ERROR); // Even an OutOfMemoryError costs only this stream; the others still run.
            log("A stream failed and was ended", e);
        }
        return false;
    }

    private static void log(String what, Throwable e) {
        try {
            LOG.log(Level.WARNING, what, e);
        } catch (OutOfMemoryError again) {
            // There is no memory for a log line either, and the other streams must still get their turn.
        }
    }

    private boolean writeNow(long head, long nowNanos) throws IOException {
        if (waiting || finished) {
            return false;
        }
        long end = byeHead >= 0 ? byeHead : head;
        boolean more = cursor.hasMore(end);
        taken = cursor.writeTo(sink, end);
        if (taken && leaving && byeHead < 0 && !closed) {
            byeHead = head;
            cursor.sendBye("drain");
            more = true;
            taken = cursor.writeTo(sink, head);
        }
        if (taken && byeHead >= 0 && !closed) {
            willEnd(EndReason.DRAIN);
            finished = true;
            sink.finish();
        }
        if (!more || closed) { // A sink may end its stream during a write.
            return false;
        }
        wroteNanos = nowNanos;
        sink.flush();
        return !closed;
    }

    private boolean settleNow(long head, long nowNanos) throws IOException {
        if (waiting) {
            return false;
        }
        for (int i = 0; i < 2 && sink.flush() && !closed; i++) {
            if (finished) {
                close(EndReason.DRAIN);
                return false;
            }
            if (taken && !cursor.hasMore(head)) {
                return false;
            }
            writeNow(head, nowNanos); // The data did not fit in one frame.
        }
        if (!closed) {
            waiting = true;
            movedNanos = nowNanos;
            owner.waits(this);
            sink.awaitRoom(true);
        }
        return false;
    }

    private boolean tickNow(long head, long nowNanos) throws IOException {
        if (waiting || leaving || nowNanos - wroteNanos < heartbeatNanos) {
            return false;
        }
        if (writeNow(head, nowNanos)) {
            return true;
        }
        cursor.sendHeartbeat();
        return writeNow(head, nowNanos);
    }

    private boolean writableNow(long head, long nowNanos) throws IOException {
        movedNanos = nowNanos;
        if (!waiting || !sink.flush() || closed) {
            return false;
        }
        waiting = false;
        owner.goesOn(this);
        sink.awaitRoom(false);
        if (finished || writeNow(head, nowNanos)) {
            settleNow(head, nowNanos);
        }
        return false;
    }
}
