package push;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

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
 * <p><b>Length:</b> the states above and all ways out of them, which have to be read together.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
public final class Subscriber implements Shard.Member, Stalled.Waiting {
    private final Connection connection;
    private final int id;
    private final Shard shard;
    private final HttpServerExchange exchange;
    private final StreamSinkChannel channel;
    private final StreamSink sink;
    private final Cursor cursor;
    private boolean waiting; // The sink took no more: its write listener will call.
    private boolean unsettled; // Written in a round, at the end of which its connection is flushed.
    private boolean leaving; // After what the log has, a bye and the end.
    private boolean saidBye;
    private boolean closed;
    private @Nullable Reason reason; // Known before the end when a frame has told it.
    private long wroteNanos;
    private long movedNanos;

    private Subscriber(Connection connection, int id, HttpServerExchange exchange, Wire wire, Resume resume) {
        this.connection = connection;
        this.id = id;
        this.shard = connection.shard;
        this.exchange = exchange;
        this.channel = exchange.getResponseChannel();
        this.sink = new StreamSink(channel, exchange.getResponseHeaders().contains(Headers.TRANSFER_ENCODING));
        this.cursor = new Cursor(shard.log, shard.batch(wire), shard.config.heartbeatMs(), resume);
    }

    /** Opens a stream and sends its first record and what follows the client's place. */
    public static void open(Connection connection, int id, HttpServerExchange exchange, Wire wire, Resume resume) {
        Subscriber subscriber = new Subscriber(connection, id, exchange, wire, resume);
        // A reset or a lost connection is told through the write listener alone, and only if there is one.
        subscriber.channel.getWriteSetter().set(channel -> subscriber.onWritable());
        exchange.addExchangeCompleteListener((done, next) -> {
            subscriber.close(Reason.TCP);
            next.proceed();
        });
        connection.add(id, subscriber);
        connection.shard.add(subscriber);
        subscriber.drain(connection.shard.log.newest(), System.nanoTime());
    }

    @Override
    public void drain(long head, long nowNanos) {
        assert shard.isCurrentThread();
        if (closed || waiting) {
            return;
        }
        shard.stalled.relieve();
        try {
            boolean more = cursor.hasMore(head);
            boolean whole = !more || cursor.writeTo(sink, head);
            if (whole && leaving && !saidBye) {
                saidBye = true;
                cursor.sendBye("drain");
                more = true;
                whole = cursor.writeTo(sink, head);
            }
            if (whole && saidBye && sink.finishBegun()) {
                because(Reason.DRAIN);
                channel.shutdownWrites();
                if (flush()) { // Ending the exchange would wait for a request that has no end.
                    close(Reason.DRAIN);
                    connection.stopRequest(exchange);
                } else {
                    await(nowNanos);
                }
            } else if (more) {
                wroteNanos = nowNanos;
                boolean flushed = flush();
                if (shard.round.isRunning()) {
                    unsettled = true;
                } else if (!flushed || !whole) {
                    await(nowNanos);
                }
            }
        } catch (IOException e) {
            close(Reason.TCP); // The sink is broken: the peer has gone.
        }
    }

    @Override
    public void settle(long head, long nowNanos) {
        if (!unsettled || closed) {
            return;
        }
        unsettled = false;
        try {
            if (!flush()) {
                await(nowNanos);
            } else if (cursor.hasMore(head)) {
                drain(head, nowNanos); // More than one frame takes.
            }
        } catch (IOException e) {
            close(Reason.TCP);
        }
    }

    boolean isWaiting() {
        return waiting;
    }

    private void await(long nowNanos) {
        waiting = true;
        shard.stalled.add(this);
        movedNanos = nowNanos;
        channel.resumeWrites();
    }

    private void onWritable() {
        assert shard.isCurrentThread();
        try {
            boolean flushed = flush(); // On a sink that has ended, this completes the exchange.
            if (closed) {
                channel.suspendWrites(); // Undertow closes a sink whose listener does nothing.
                return;
            }
            movedNanos = System.nanoTime();
            if (!channel.isOpen()) {
                close(Reason.TCP);
            } else if (flushed && waiting) {
                waiting = false;
                shard.stalled.remove(this);
                channel.suspendWrites();
                drain(shard.log.newest(), movedNanos);
            }
        } catch (IOException e) {
            close(Reason.TCP);
        }
    }

    /** Whether all has gone out. Asked twice: where a small window cuts a frame, the first answer is of the part alone. */
    private boolean flush() throws IOException {
        return sink.finishBegun() && channel.flush() && channel.flush();
    }

    @Override
    public void tick(long nowNanos) {
        assert shard.isCurrentThread();
        if (waiting && connection.isStalled(movedNanos, nowNanos)) {
            close(Reason.STALLED);
        } else if (!waiting && !leaving && nowNanos - wroteNanos >= shard.config.heartbeatMs() * 1_000_000L) {
            drain(shard.log.newest(), nowNanos);
            if (!waiting && wroteNanos != nowNanos) {
                cursor.sendHeartbeat();
                drain(shard.log.newest(), nowNanos);
            }
        }
    }

    @Override
    public void leave(long nowNanos) {
        leaving = true;
        drain(shard.log.newest(), nowNanos);
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public long movedNanos() {
        return movedNanos;
    }

    @Override
    public void letGo() {
        connection.letGo(() -> close(Reason.STALLED));
    }

    @Override
    public void fail() {
        close(Reason.ERROR);
    }

    @Override
    public long lag(long head) {
        return cursor.lag(head);
    }

    /** A frame has told why this stream is about to end; the first reason that is given stays. */
    void because(Reason told) {
        reason = reason == null ? told : reason;
    }

    /** Ends the stream immediately; harmless if it has ended. */
    void close(Reason otherwise) {
        if (closed) {
            return;
        }
        closed = true;
        shard.stalled.remove(this);
        connection.remove(id);
        shard.remove(this);
        Limits.release(exchange);
        shard.stats.close(reason != null ? reason : connection.reason(otherwise));
        connection.finish(this::finish);
    }

    private void finish() {
        if (!exchange.isResponseComplete() && Http1Watch.cut(exchange)) {
            return;
        }
        IoUtils.safeClose(channel);
        try {
            channel.flush(); // Completes the exchange, which closing alone does not.
        } catch (IOException e) {
            // It was broken already, which is why we are here.
        }
    }
}
