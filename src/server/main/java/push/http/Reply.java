package push.http;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import push.Stalled;

/**
 * A response that ends: its headers, its body, and what to do with a client that does not read it or still sends.
 *
 * <p>It exists because Undertow's own sender waits for a reader for ever. Here an answer of which the client takes nothing
 * for as long as a stream may stall is ended, and earlier if memory is tight; one that is read however slowly is not.
 *
 * <p><b>Threads:</b> the exchange's IO thread.
 */
public final class Reply implements Stalled.Waiting {
    static final HttpString NOSNIFF = new HttpString("X-Content-Type-Options");
    private static final int DISCARD_MS = 1_000;
    private static final int BUFFERED = 16 * 1024; // What Undertow has taken and keeps, at most.
    private static final ByteBuffer[] NOTHING = {};

    private final HttpServerExchange exchange;
    private final ClientConnection connection;
    private final ByteBuffer[] body;
    private final StreamSinkChannel channel;
    private final int length;
    private int next; // The first piece of the body that has not been taken whole.
    private boolean shut;
    private boolean waiting;
    private boolean over;
    private long movedNanos;

    private Reply(HttpServerExchange exchange, ByteBuffer[] body) {
        this.exchange = exchange;
        this.connection = ClientConnection.of(exchange);
        this.body = body;
        this.length = length(body);
        this.channel = exchange.getResponseChannel();
    }

    /** Sends a whole body with the exchange's status and ends the exchange. */
    public static void send(HttpServerExchange exchange, String contentType, byte[] body) {
        send(exchange, contentType, new ByteBuffer[] {ByteBuffer.wrap(body)});
    }

    /** The same, with a body in pieces, which are sent as one. */
    static void send(HttpServerExchange exchange, String contentType, ByteBuffer[] body) {
        var headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, contentType);
        headers.put(Headers.CONTENT_LENGTH, length(body));
        if (!headers.contains(Headers.CACHE_CONTROL)) {
            headers.put(Headers.CACHE_CONTROL, "no-store");
        }
        headers.put(NOSNIFF, "nosniff");
        start(exchange, body);
    }

    /** Sends the exchange's status and fields, and no body; ending the exchange could add a Content-Length. */
    static void send(HttpServerExchange exchange) {
        start(exchange, NOTHING);
    }

    /** Dispatched, for Undertow ends every exchange whose handler returns without that; on this same thread. */
    private static void start(HttpServerExchange exchange, ByteBuffer[] body) {
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> new Reply(exchange, body).goOn());
    }

    private static int length(ByteBuffer[] body) {
        return Arrays.stream(body).mapToInt(ByteBuffer::remaining).sum();
    }

    private void goOn() {
        movedNanos = System.nanoTime();
        try {
            if (write()) {
                end();
            } else if (!waiting) {
                await();
            }
        } catch (IOException e) {
            stopWaiting();
            exchange.endExchange(); // The client has gone and cannot be told.
        }
    }

    /** Whether all has gone out. */
    private boolean write() throws IOException {
        while (next < body.length) {
            long count = channel.write(body, next, body.length - next);
            while (next < body.length && !body[next].hasRemaining()) {
                next++;
            }
            if (count == 0 && next < body.length) {
                return false;
            }
        }
        if (!shut) {
            shut = true;
            channel.shutdownWrites();
        }
        return channel.flush();
    }

    private void await() {
        waiting = true;
        channel.getWriteSetter().set(sink -> onWritable());
        channel.resumeWrites();
        connection.await(exchange, this, length, Math.max(0, length - length(body) - BUFFERED));
    }

    private void onWritable() {
        if (over) {
            channel.suspendWrites(); // Undertow closes a sink whose listener does nothing.
        } else {
            goOn();
        }
    }

    /** Looks at the clock: an answer of which nothing is taken ends. */
    void tick(long nowNanos) {
        if (!over && connection.isUnread(movedNanos, nowNanos)) {
            leave();
        }
    }

    @Override
    public Stalled.Tally tally() {
        return connection.tally();
    }

    @Override
    public long movedNanos() {
        return movedNanos;
    }

    @Override
    public void letGo() {
        connection.streams.letGo(this::leave);
    }

    /** Ends it within; harmless if it has ended. */
    void leave() {
        if (!over) {
            stopWaiting();
            connection.finish(this::cut);
        }
    }

    private void cut() {
        if (!exchange.isResponseComplete() && Http1Watch.cut(exchange)) {
            return;
        }
        IoUtils.safeClose(channel);
        try {
            channel.flush(); // Completes the exchange, which closing alone does not.
        } catch (IOException e) {
            // It was broken already, which is why we are here.
        }
        connection.stopRequest(exchange);
    }

    /** It waits no longer, be it that all has gone out, or that nothing will; harmless the second time. */
    void stopWaiting() {
        over = true;
        if (waiting) {
            waiting = false;
            connection.stopWaiting(exchange, this, length);
        }
    }

    /**
     * The answer is out. If its request is not in yet, what comes is thrown away for a while, which leaves the connection whole
     * for its other streams; then it is stopped (RFC 9113, 8.1). Not immediately, because a client may have most of it on its way;
     * unless memory is short.
     */
    private void end() {
        stopWaiting();
        channel.suspendWrites();
        boolean whole = exchange.isRequestComplete();
        exchange.endExchange();
        if (!whole) {
            int afterMs = connection.stalled().isHalfFull() ? 0 : Math.min(DISCARD_MS, connection.config.bodyMs());
            exchange.getIoThread().executeAfter(() -> connection.stopRequest(exchange), afterMs, MILLISECONDS);
        }
    }
}
