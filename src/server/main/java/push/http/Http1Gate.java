package push.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.ssl.SslConnection;
import push.Shards;

/**
 * Reads every byte of an HTTP/1.1 connection before Undertow does, and passes on one validated request at a time.
 *
 * <p>It exists because Undertow's parser is so lenient that it allows request smuggling, and it closes connections
 * without a response. In place of a malformed header section, Undertow receives a request that {@link #before} refuses.
 * Malformed content is cut short, and its reader then calls {@link #refuseIfMalformed}. Earlier requests are therefore
 * answered first. After a refusal the gate keeps reading and drops the bytes, so that a TCP reset does not destroy the
 * response (RFC 9112, 9.6). One read yields one request, and the IO thread's other connections get their turn before
 * the next.
 *
 * <p><b>Length:</b> it is one reader with one state, and the handler that queries it.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class Http1Gate extends HoldingSource {
    private static final HttpString LENGTH = new HttpString(Http1Head.LENGTH);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int MAX_DROPPED_BYTES = 4 << 20;
    private static final int DROPS_A_TURN = 16;

    private final ByteBufferPool pool;
    private final int patienceMs;
    private ByteBuffer raw; // Received but not validated.
    private ByteBuffer checked = NOTHING; // Validated but not read.
    private @Nullable Http1Head head; // Started but not complete.
    private @Nullable Http1Body body;
    private XnioExecutor.@Nullable Key headTimeout;
    private int begun; // Requests passed on,
    private int handled; // requests that the handler has received,
    private int answered; // and requests that are complete.
    private @Nullable Problem refusal; // Of the last request: nothing is read after it.
    private boolean isOver; // The client has its final response or will get it: input is dropped.
    private int dropped;

    /** Creates a gate for a connection that has already received these bytes. */
    Http1Gate(SslConnection tcp, PooledByteBuffer first, ByteBufferPool pool, Turns turns, int patienceMs) {
        super(tcp, turns);
        this.pool = pool;
        this.patienceMs = patienceMs;
        raw = copy(first);
    }

    /** Wraps a handler of HTTP/1.1 requests and refuses malformed requests in its place. */
    static HttpHandler before(HttpHandler handler, Shards shards, Config config) {
        return exchange -> {
            Http1Gate gate = of(exchange);
            if (gate == null) {
                throw new IllegalStateException("The connection has no gate");
            }
            gate.enter(exchange);
            if (gate.handled < gate.begun || gate.refusal == null) {
                handler.handleRequest(exchange);
                return;
            }
            ClientConnection.attach(exchange, shards, config);
            gate.dropBody(exchange);
            try {
                refuseIfMalformed(exchange);
            } catch (Problem problem) {
                problem.send(exchange);
            }
        };
    }

    private void enter(HttpServerExchange exchange) {
        handled++;
        exchange.addExchangeCompleteListener((done, next) -> {
            answered++;
            isOver |= !done.isPersistent();
            next.proceed();
        });
        var fields = exchange.getRequestHeaders();
        String length = fields.getFirst(LENGTH);
        if (length != null) { // Only here, because Undertow rejects a length with chunks.
            fields.remove(LENGTH);
            fields.put(Headers.CONTENT_LENGTH, length);
        }
    }

    private void dropBody(HttpServerExchange exchange) throws IOException {
        var channel = exchange.isRequestComplete() ? null : exchange.getRequestChannel();
        if (channel != null) {
            try (PooledByteBuffer pooled = pool.allocate()) {
                while (channel.read(pooled.getBuffer().clear()) > 0) {
                    // The remaining content is here, including its end.
                }
            }
        }
    }

    private static @Nullable Http1Gate of(HttpServerExchange exchange) {
        return exchange.getConnection() instanceof HttpServerConnection server
                        && server.getOriginalSourceConduit() instanceof Http1Gate gate
                ? gate
                : null;
    }

    /** Refuses a request whose content was malformed or incomplete. Does nothing in HTTP/2. */
    static void refuseIfMalformed(HttpServerExchange exchange) throws Problem {
        Http1Gate gate = of(exchange);
        Problem problem = gate != null && gate.handled == gate.begun ? gate.refusal : null;
        if (gate != null && problem != null) {
            gate.isOver = true;
            throw problem;
        }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        int count = 1;
        while (count > 0 && !checked.hasRemaining()) {
            count = check();
        }
        if (count > 0) {
            count = Math.min(to.remaining(), checked.remaining());
            to.put(checked.slice(checked.position(), count));
            checked.position(checked.position() + count);
        }
        goOn();
        return count;
    }

    /**
     * Validates input up to the end of one request. Returns a positive number for progress, 0 for no input, -1 at the
     * end.
     */
    private int check() throws IOException {
        if (refusal != null || isOver) {
            return drop();
        }
        var out = new ByteArrayOutputStream(512);
        try {
            if (!raw.hasRemaining()) {
                int count = readRaw();
                if (count < 0 && body != null) {
                    throw Problem.closing(400, "The connection ended before the body did: send it whole.");
                } else if (count <= 0) {
                    return count;
                }
            }
            if (body == null) {
                takeHead(out);
            }
            if (body != null && body.take(raw, out)) {
                body = null;
            }
        } catch (Problem problem) {
            refuse(problem, out);
        }
        watchHead();
        checked = ByteBuffer.wrap(out.toByteArray());
        return 1;
    }

    private void takeHead(ByteArrayOutputStream out) throws Problem {
        Http1Head current = head == null ? new Http1Head() : head;
        head = current;
        if (current.take(raw)) {
            out.writeBytes(current.plain());
            body = current.bodyLength() == 0 ? null : new Http1Body(current.bodyLength());
            head = null;
            begun++;
        }
    }

    private void refuse(Problem problem, ByteArrayOutputStream out) {
        refusal = problem;
        if (head != null) {
            out.writeBytes(head.standIn());
            head = null;
            begun++;
            isOver = true;
        } else {
            Http1Body.end(out);
            body = null;
        }
        raw = NOTHING;
    }

    private int readRaw() throws IOException {
        try (PooledByteBuffer pooled = pool.allocate()) {
            int count = next.read(pooled.getBuffer());
            if (count > 0) {
                pooled.getBuffer().flip();
                raw = copy(pooled);
            }
            return count;
        }
    }

    /** Copied to the heap, because a closed connection does not report that it held a pooled buffer. */
    private static ByteBuffer copy(PooledByteBuffer pooled) {
        ByteBuffer from = pooled.getBuffer();
        return ByteBuffer.allocate(from.remaining()).put(from).flip();
    }

    private int drop() throws IOException {
        raw = NOTHING;
        if (!isOver) {
            return -1; // The malformed request was already answered.
        }
        try (PooledByteBuffer pooled = pool.allocate()) {
            int count = 1;
            for (int i = 0; i < DROPS_A_TURN && count > 0 && dropped < MAX_DROPPED_BYTES; i++) {
                count = next.read(pooled.getBuffer().clear());
                dropped += Math.max(0, count);
            }
            return count < 0 || dropped >= MAX_DROPPED_BYTES ? -1 : 0;
        }
    }

    /**
     * Limits the wait for an incomplete header section, as for content, but not while an earlier request is in
     * progress.
     */
    private void watchHead() {
        boolean isPartial = head != null;
        if (isPartial && headTimeout == null) {
            headTimeout = tcp.getIoThread().executeAfter(this::giveUp, patienceMs, TimeUnit.MILLISECONDS);
        } else if (!isPartial && headTimeout != null) {
            headTimeout.remove();
            headTimeout = null;
        }
    }

    private void giveUp() {
        headTimeout = null;
        if (answered == begun) {
            IoUtils.safeClose(tcp);
        } else if (tcp.isOpen()) {
            watchHead();
        }
    }

    /** Undertow has answered the request and wants no more input. Further input is dropped, without a reset (9.6). */
    @Override
    public void terminateReads() throws IOException {
        isOver = true;
        raw = NOTHING;
        if (body != null) {
            var out = new ByteArrayOutputStream(checked.remaining() + 8);
            out.write(checked.array(), checked.position(), checked.remaining());
            Http1Body.end(out);
            checked = ByteBuffer.wrap(out.toByteArray());
            body = null;
        }
    }

    @Override
    boolean isHolding() {
        return raw.hasRemaining() || checked.hasRemaining();
    }
}
