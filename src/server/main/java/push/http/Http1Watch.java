package push.http;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSourceConduit;
import push.EndReason;

/**
 * Reads on while the response of an HTTP/1.1 request runs: notices that the client has left, and keeps the requests that
 * it sends behind the stream until the stream has ended.
 *
 * <p>It exists because Undertow reads nothing while a response runs. A client that ends its half of the connection, by FIN or
 * by TLS's close_notify, counts as gone: nothing else tells that the reader of a response without end has left, and the
 * sender of a request that has no answer yet cannot be told from it (RFC 9112, 9.6, lets either side close at any time).
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Http1Watch {
    private final HttpServerExchange exchange;
    private final HttpServerConnection server;
    private final ClientConnection connection;
    private final boolean isPersistent;
    private @Nullable PooledByteBuffer ahead; // Requests that have come meanwhile: at most one buffer, of 16 kB.
    private boolean ended;

    private Http1Watch(HttpServerExchange exchange, HttpServerConnection server, ClientConnection connection) {
        this.exchange = exchange;
        this.server = server;
        this.connection = connection;
        this.isPersistent = exchange.isPersistent();
    }

    /** Watches the connection of a stream that has been opened; false if it is not one of HTTP/1.1 or 1.0. */
    static boolean begin(HttpServerExchange exchange, ClientConnection connection) {
        if (exchange.getConnection() instanceof HttpServerConnection server) {
            new Http1Watch(exchange, server, connection).begin();
            return true;
        }
        return false;
    }

    /**
     * Ends an HTTP/1.1 connection within a response, so that the client can tell: without a last chunk and without TLS's
     * close_notify, which Undertow sends only where writes are shut down. False if it is not one of HTTP/1.1.
     */
    static boolean cut(HttpServerExchange exchange) {
        if (!(exchange.getConnection() instanceof HttpServerConnection server)) {
            return false;
        }
        IoUtils.safeClose(server);
        return true;
    }

    private void begin() {
        exchange.setPersistent(true); // Else Undertow closes the reading side as soon as the request is whole.
        exchange.addExchangeCompleteListener((done, next) -> {
            end();
            next.proceed();
        });
        StreamSourceChannel body = exchange.isRequestComplete() ? null : exchange.getRequestChannel();
        if (body == null) {
            watch();
        } else {
            body.getReadSetter().set(this::discard);
            body.resumeReads();
        }
    }

    /** A GET may have a body, which says nothing (RFC 9110, 9.3.1), and stands before the next request. */
    private void discard(StreamSourceChannel body) {
        try (PooledByteBuffer pooled = server.getByteBufferPool().allocate()) {
            int count;
            do {
                count = body.read(pooled.getBuffer().clear());
            } while (count > 0);
            if (count < 0) {
                body.suspendReads();
                Http1Gate.refuseIfMalformed(exchange);
                watch();
            }
        } catch (Problem problem) {
            leave(EndReason.ERROR); // The answer has begun, so the end is all that the client can be told.
        } catch (IOException e) {
            leave(EndReason.TCP);
        }
    }

    private void watch() {
        ConduitStreamSourceChannel source = server.getChannel().getSourceChannel();
        source.setReadListener(channel -> read());
        server.getOriginalSourceConduit().resumeReads(); // Not the channel's: that would give what is kept already.
    }

    private void read() {
        if (ended) {
            return;
        }
        StreamSourceConduit source = server.getOriginalSourceConduit();
        try {
            while (true) {
                if (ahead == null) {
                    ahead = server.getByteBufferPool().allocate();
                }
                ByteBuffer room = ahead.getBuffer();
                int count = room.hasRemaining() ? source.read(room) : 0;
                if (count < 0) {
                    leave(EndReason.TCP);
                } else if (!room.hasRemaining()) {
                    leave(EndReason.ERROR); // It could only be kept, and to stop reading would hide the client's end.
                }
                if (count <= 0 || ended) {
                    break;
                }
            }
        } catch (IOException e) {
            leave(EndReason.TCP);
        }
        if (ahead != null && ahead.getBuffer().position() == 0) {
            release();
        }
    }

    private void leave(EndReason reason) {
        connection.streams.willEnd(reason);
        IoUtils.safeClose(server);
        connection.end(reason);
    }

    /** The response has ended: Undertow reads again, and first what has come meanwhile. */
    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        exchange.setPersistent(isPersistent);
        server.getOriginalSourceConduit().suspendReads();
        PooledByteBuffer kept = ahead;
        if (kept == null || !isPersistent || !server.isOpen()) {
            release();
            return;
        }
        ahead = null;
        kept.getBuffer().flip();
        PooledByteBuffer before = server.getExtraBytes();
        if (before != null) {
            server.setExtraBytes(null);
            server.ungetRequestBytes(kept);
            server.ungetRequestBytes(before); // What is given back later stands first.
        } else {
            server.setExtraBytes(kept);
        }
    }

    private void release() {
        if (ahead != null) {
            ahead.close();
            ahead = null;
        }
    }
}
