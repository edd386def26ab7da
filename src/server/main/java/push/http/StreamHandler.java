package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListeners;
import push.MessageLog;
import push.Resume;
import push.Stats;
import push.Wire;

/**
 * {@code GET /messages}: a response that begins immediately and continues until the client or the server ends it.
 *
 * <p><b>Threads:</b> any IO thread; it has no state of its own.
 */
final class StreamHandler {
    private static final HttpString LAST_EVENT_ID = new HttpString("Last-Event-ID");

    private final Config config;
    private final Limits limits;
    private final MessageLog log;
    private final Stats stats;

    StreamHandler(Config config, Limits limits, MessageLog log, Stats stats) {
        this.config = config;
        this.limits = limits;
        this.log = log;
        this.stats = stats;
    }

    /**
     * Chooses the wire format of a stream from the request.
     *
     * @param plain the snapshot format of the requested path
     */
    static Wire choose(HttpServerExchange exchange, Wire plain) throws Problem {
        Wire wire = Accept.choose(FieldReader.join(exchange, Headers.ACCEPT), plain);
        if (wire == null) {
            throw new Problem(
                    406, "Accept one of: text/event-stream, application/x-ndjson, text/plain; or send no Accept.");
        }
        return wire;
    }

    /** Opens a stream. */
    void handle(HttpServerExchange exchange, Wire wire) throws Problem {
        ClientConnection connection = ClientConnection.of(exchange);
        Resume resume = Resume.from(lastEventId(exchange), log);
        boolean isHead = exchange.getRequestMethod().equals(Methods.HEAD);
        if (isHead) {
            look(exchange);
        } else {
            admit(exchange);
        }
        Accept.describe(exchange, wire);
        if (exchange.isHttp11()) { // Otherwise Undertow does so only for a persistent connection.
            exchange.getResponseHeaders().put(Headers.TRANSFER_ENCODING, "chunked");
        }
        if (isHead) {
            Reply.send(exchange); // The same fields as for GET, without content (RFC 9110, 9.3.2).
            return;
        }
        // Dispatched on the same thread, because Undertow ends an exchange whose handler returns without dispatching
        // it.
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            connection.open(exchange, wire, resume);
            if (exchange.isComplete()) {
                return; // The client has left in the meantime.
            }
            if (!Http1Watch.begin(exchange, connection)) {
                discardBody(exchange);
            }
            RequestHead.forget(exchange);
        });
    }

    /**
     * Discards a GET's content. It has no meaning (RFC 9110, 9.3.1), but unread it would exhaust the connection's
     * window.
     */
    private static void discardBody(HttpServerExchange exchange) {
        var body = exchange.isRequestComplete() ? null : exchange.getRequestChannel();
        if (body != null) {
            body.getReadSetter().set(ChannelListeners.drainListener(Long.MAX_VALUE, null, null));
            body.resumeReads();
        }
    }

    private void admit(HttpServerExchange exchange) throws Problem {
        try {
            limits.open(exchange);
        } catch (Problem problem) {
            stats.refuse();
            throw problem;
        }
        ClientConnection.of(exchange).stalled().relieve();
        if (stats.isMemoryFull() || !stats.open(config.maxStreams())) {
            Limits.release(exchange);
            stats.refuse();
            throw full();
        }
    }

    /** Refuses what {@link #admit} would refuse, without counting. */
    private void look(HttpServerExchange exchange) throws Problem {
        limits.look(exchange);
        if (stats.isMemoryFull() || stats.isFull(config.maxStreams())) {
            throw full();
        }
    }

    private static Problem full() {
        return Problem.tryLater(503, "The server holds as many streams as it may: try again later.", 5_000);
    }

    private static @Nullable String lastEventId(HttpServerExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst(LAST_EVENT_ID);
        if (header != null) {
            return header;
        }
        var query = exchange.getQueryParameters().get("lastEventId");
        return query == null ? null : query.getFirst();
    }
}
