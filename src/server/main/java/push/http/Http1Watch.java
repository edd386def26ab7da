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
 * Keeps reading while an HTTP/1.1 stream is open: detects that the client has left, and stores pipelined requests until
 * the stream ends.
 *
 * <p>It exists because Undertow reads nothing while a response is in progress. A client that closes its sending half,
 * by FIN or by a TLS close_notify, counts as gone. Nothing else shows that the reader of an endless response has left,
 * and such a client cannot be told apart from one that only awaits a response (RFC 9112, 9.6, lets either side close at
 * any time).
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Http1Watch {
    private final HttpServerExchange exchange;
    private final HttpServerConnection server;
    private final ClientConnection connection;
    private final boolean isPersistent;
    private @Nullable PooledByteBuffer ahead; // Pipelined requests: at most one buffer of 16 kB.
    private boolean ended;

    private Http1Watch(HttpServerExchange exchange, HttpServerConnection server, ClientConnection connection) {
        this.exchange = exchange;
        this.server = server;
        this.connection = connection;
        this.isPersistent = exchange.isPersistent();
    }

    /** Watches the connection of a stream that was opened. Returns false if it is not HTTP/1.1 or HTTP/1.0. */
    static boolean begin(HttpServerExchange exchange, ClientConnection connection) {
        if (exchange.getConnection() instanceof HttpServerConnection server) {
            new Http1Watch(exchange, server, connection).begin();
            return true;
        }
        return false;
    }

    /**
     * Ends an HTTP/1.1 connection in the middle of a response so that the client notices: without the last chunk and
     * without a TLS close_notify, which Undertow sends only when it shuts down writes. Returns false if the connection
     * is not HTTP/1.1.
     */
    static boolean cut(HttpServerExchange exchange) {
        if (!(exchange.getConnection() instanceof HttpServerConnection server)) {
            return false;
        }
        IoUtils.safeClose(server);
        return true;
    }

    private void begin() {
        exchange.setPersistent(true); // Otherwise Undertow stops reading when the request is complete.
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

    /** Discards a GET's content, which has no meaning (RFC 9110, 9.3.1) and precedes the next request. */
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
            leave(EndReason.ERROR); // The response has begun, so closing is the only signal left.
        } catch (IOException e) {
            leave(EndReason.TCP);
        }
    }

    private void watch() {
        ConduitStreamSourceChannel source = server.getChannel().getSourceChannel();
        source.setReadListener(channel -> read());
        server.getOriginalSourceConduit().resumeReads(); // Not the channel's: it would return the stored bytes again.
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
                    leave(EndReason.ERROR); // More cannot be stored, and without reading, a close goes unnoticed.
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

    /** The response has ended. Undertow resumes reading, starting with the stored requests. */
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
            server.ungetRequestBytes(before); // Bytes returned later are read first.
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
