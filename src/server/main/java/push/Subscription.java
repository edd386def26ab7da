package push;

import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One open stream: a cursor on the log, the sink that it writes to, and how that ends.
 *
 * <pre>
 *              sink full                     bye written
 *   WRITING ─────────────▶ WAITING     ──────────────────▶ closed(drain)
 *      ▲    ◀───────────── │           any state, the peer leaves or stalls
 *               writable   │           ──────────────────▶ closed(reason)
 * </pre>
 *
 * <p>Whatever goes wrong in a step of it ends this stream and no other. A write is two steps: {@link #write} hands bytes to the
 * sink, and {@link #settle} looks whether they have gone out, so that a connection can send what many of its streams
 * write together.
 *
 * <p><b>Length:</b> the states above and all ways out of them, which have to be read together.
 *
 * <p><b>Threads:</b> confined to its connection's event loop.
 */
final class Subscription implements Sink.Listener, Stalled.Waiting {
    private static final Logger LOG = Logger.getLogger(Subscription.class.getName());

    /** What a stream tells the connection that it belongs to. */
    interface Owner {
        /** Its sink takes no more for now. */
        void waits(Subscription stream);

        /** Its sink takes more again. */
        void goesOn(Subscription stream);

        /** What its connection keeps. */
        Stalled.Tally tally();

        /** Memory is tight, and it has waited longest. */
        void letGo(Subscription stream);

        /** It has ended: for the reason that it was told before, else for this one. */
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
    private boolean waiting; // The sink took no more: it will call.
    private boolean taken; // The sink has taken all that there was.
    private boolean leaving; // After what the log has, a bye and the end.
    private boolean finished; // The bye is written, and the sink knows that nothing follows.
    private long byeHead = -1; // What was published after the bye is not for this stream.
    private boolean closed;
    private @Nullable EndReason reason; // Known before the end when a frame has told it.
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

    /** Hands what the log has up to its head to the sink; true if {@link #settle} must follow. */
    boolean write(long head, long nowNanos) {
        return step(Step.WRITE, head, nowNanos);
    }

    /** Looks whether what was written has gone out. */
    void settle(long head, long nowNanos) {
        step(Step.SETTLE, head, nowNanos);
    }

    /** Looks at the clock: writes a heartbeat if nothing was written for a while; true if {@link #settle} must follow. */
    boolean tick(long head, long nowNanos) {
        return step(Step.TICK, head, nowNanos);
    }

    /** Writes what the log has, then a bye and the end; true if {@link #settle} must follow. */
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

    /** When something has gone out, or the wait for it has begun. */
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

    /** How many messages it is behind. */
    long lag(long head) {
        return cursor.lag(head);
    }

    /** Tells why this stream is about to end; the first reason stays. */
    void willEnd(EndReason told) {
        reason = reason == null ? told : reason;
    }

    /** Why it ends, if that was told. */
    @Nullable
    EndReason reason() {
        return reason;
    }

    /** Ends the stream immediately; harmless if it has ended. */
    void close(EndReason otherwise) {
        if (closed) {
            return;
        }
        closed = true;
        owner.ended(this, otherwise);
        try {
            sink.abort();
        } catch (RuntimeException | Error e) {
            log("A response could not be ended", e);
        }
    }

    /** The one place where it is known what a failure ends: this stream. */
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
            close(EndReason.ERROR); // An OutOfMemoryError too costs one stream, and not the others their turn.
            log("A stream has failed and is ended", e);
        }
        return false;
    }

    private static void log(String what, Throwable e) {
        try {
            LOG.log(Level.WARNING, what, e);
        } catch (OutOfMemoryError again) {
            // There is no room for a line either, and the others are to get their turn.
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
        if (!more || closed) { // A sink may end its stream while it is written to.
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
            writeNow(head, nowNanos); // It was more than one frame takes.
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
