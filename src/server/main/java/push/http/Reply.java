package push.http;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.channels.StreamSinkChannel;
import push.Stalled;

/**
 * A response with an end: its header section, its content, and the handling of a client that does not read it or is
 * still sending.
 *
 * <p>It exists because Undertow's sender waits forever for a reader. This class ends a response if the client accepts
 * no bytes for the stall time of a stream, or earlier if memory is tight. A slow but steady reader gets the whole
 * response.
 *
 * <p><b>Threads:</b> the exchange's IO thread.
 */
public final class Reply implements Stalled.Waiting {
    static final HttpString NOSNIFF = new HttpString("X-Content-Type-Options");
    private static final int DISCARD_MS = 1_000;
    private static final int BUFFERED = 16 * 1024; // The most that Undertow has accepted and keeps.
    private static final Content NOTHING = Content.of(new byte[0]);

    private final HttpServerExchange exchange;
    private final ClientConnection connection;
    private final Content content;
    private final StreamSinkChannel channel;
    private final int length;
    private int sent; // As far as Undertow has accepted it.
    private boolean shut;
    private boolean waiting;
    private boolean over;
    private long movedNanos;

    private Reply(HttpServerExchange exchange, Content content) {
        this.exchange = exchange;
        this.connection = ClientConnection.of(exchange);
        this.content = content;
        this.length = content.length();
        this.channel = exchange.getResponseChannel();
    }

    /** Sends complete content with the exchange's status, and ends the exchange. */
    public static void send(HttpServerExchange exchange, String contentType, byte[] body) {
        send(exchange, contentType, Content.of(body));
    }

    /** Sends content that may be produced as the client reads it. */
    static void send(HttpServerExchange exchange, String contentType, Content content) {
        var headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, contentType);
        headers.put(Headers.CONTENT_LENGTH, content.length());
        if (!headers.contains(Headers.CACHE_CONTROL)) {
            headers.put(Headers.CACHE_CONTROL, "no-store");
        }
        headers.put(NOSNIFF, "nosniff");
        start(exchange, content);
    }

    /**
     * Sends the exchange's status and fields without content. Ending the exchange directly could add a Content-Length.
     */
    static void send(HttpServerExchange exchange) {
        start(exchange, NOTHING);
    }

    /** Dispatches on the same thread: Undertow ends an exchange whose handler returns without dispatching it. */
    private static void start(HttpServerExchange exchange, Content content) {
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> new Reply(exchange, content).goOn());
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

    /** Returns whether everything has been sent. */
    private boolean write() throws IOException {
        while (sent < length) {
            ByteBuffer[] parts = content.from(sent);
            long count = channel.write(parts, 0, parts.length);
            if (count == 0) {
                return false;
            }
            sent += (int) count;
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
        connection.await(exchange, this, length, Math.max(0, sent - BUFFERED));
    }

    private void onWritable() {
        if (over) {
            channel.suspendWrites(); // Undertow closes a sink whose listener is idle.
        } else {
            goOn();
        }
    }

    /** Ends the response if the client has accepted nothing for too long. */
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

    /** Ends the response early. Does nothing if it has ended. */
    void leave() {
        if (!over) {
            stopWaiting();
            connection.finish(this::cut);
        }
    }

    private void cut() {
        if (ExchangeSink.cut(exchange, channel)) {
            connection.stopRequest(exchange);
        }
    }

    /** Records that the response no longer waits, whether or not it was sent. Does nothing the second time. */
    void stopWaiting() {
        over = true;
        if (waiting) {
            waiting = false;
            connection.stopWaiting(exchange, this, length);
        }
    }

    /**
     * Completes a response that has been sent. If the request is incomplete, discards its content for a while, which
     * keeps the connection usable for its other streams, and then stops it (RFC 9113, 8.1). The delay lets content in
     * transit arrive; there is none if memory is short.
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
