package lesson11_resume;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import push.Message;
import push.MessageLog;
import push.NewMessage;
import push.Shards;
import push.Stats;
import push.Wire;
import push.http.Accept;
import push.http.Config;
import push.http.Listeners;
import push.http.Pem;
import push.http.RunningServer;
import tools.jackson.databind.json.JsonMapper;

/** Who comes back with the last id that it saw gets exactly what followed, or is told that this cannot be. */
public final class Server implements RunningServer {
    private final Config config;
    private final JsonMapper json = new JsonMapper();
    private final MessageLog log;
    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
    private final Listeners listeners;

    private Server(Config config) {
        this.config = config;
        log = new MessageLog(config.retainMessages(), config.retainBytes());
        // Undertow's own listeners let nobody send a PING. These do, and close a connection that answers none.
        var pings = new Shards(config.settings(), log, new Stats());
        listeners = new Listeners(config, Pem.context(config.certificate(), config.key()), pings, this::handle);
    }

    public static RunningServer start(Map<String, String> env) {
        return new Server(Config.from(env));
    }

    public static void main(String[] args) {
        System.out.println("Serving https://localhost:" + start(System.getenv()).port() + "/");
    }

    private void handle(HttpServerExchange exchange) {
        switch (exchange.getRequestMethod() + " " + exchange.getRequestPath()) {
            // Undertow ends an exchange when its handler returns, unless it was dispatched.
            case "GET /messages" -> exchange.dispatch(SameThreadExecutor.INSTANCE, () -> open(exchange));
            case "POST /messages" -> exchange.getRequestReceiver().receiveFullBytes(this::post);
            case "GET /status" -> status(exchange);
            default -> exchange.setStatusCode(404);
        }
    }

    private void open(HttpServerExchange exchange) {
        Wire wire = Accept.choose(exchange.getRequestHeaders().getFirst(Headers.ACCEPT), Wire.NDJSON);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, wire.contentType);
        String header = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        var query = exchange.getQueryParameters().get("lastEventId");
        Stream stream = new Stream(exchange, wire, header != null ? header : query != null ? query.getFirst() : "");
        streams.add(stream);
        stream.drain(); // What was published before this is found in the log, what comes after it wakes the stream.
        stream.tick();
    }

    private void post(HttpServerExchange exchange, byte[] body) {
        Message message = log.append(json.readValue(body, NewMessage.class), System.currentTimeMillis());
        for (Stream stream : streams) {
            stream.sink.getIoThread().execute(stream::drain);
        }
        exchange.setStatusCode(201);
        exchange.getResponseHeaders().put(Headers.LOCATION, "/messages/" + log.id(message.sequence()));
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(ByteBuffer.wrap(message.json()));
    }

    /** An open response and its place in the log. Confined to its IO thread. */
    private final class Stream {
        final StreamSinkChannel sink;
        final Wire wire;
        long place; // The sequence of the last message that was taken from the log.
        ByteBuffer pending; // Goes before all that follows that place.
        boolean waiting; // The sink is full.
        long movedNanos = System.nanoTime(); // When it last took something, or let go of something.

        Stream(HttpServerExchange exchange, Wire wire, String lastEventId) {
            this.wire = wire;
            sink = exchange.getResponseChannel();
            // That its peer has left is told to a stream's write listener alone, even while writes are suspended.
            sink.getWriteSetter().set(writable -> {
                movedNanos = System.nanoTime();
                drain();
            });
            begin(lastEventId);
        }

        /** Writes what the sink takes now; the write listener comes back for the rest. */
        void drain() {
            try {
                sink.suspendWrites();
                sink.flush(); // On a sink that has ended this completes the exchange.
                if (!sink.isOpen()) {
                    streams.remove(this);
                    return;
                }
                while (pending.hasRemaining() || place < log.newest()) {
                    if (!pending.hasRemaining()) {
                        next();
                    }
                    if (sink.write(pending) == 0) {
                        break;
                    }
                    movedNanos = System.nanoTime();
                }
                // Asked twice: where a small window cuts what was written, the first answer is of the part alone.
                waiting = !sink.flush() || pending.hasRemaining() || !sink.flush();
                if (waiting) {
                    sink.resumeWrites();
                }
            } catch (IOException e) {
                IoUtils.safeClose(sink); // Which calls the write listener once more.
            }
        }

        /** Begins after the last message that a client has seen, or tells it why that cannot be. */
        void begin(String lastEventId) {
            boolean formed = lastEventId.matches("[0-9a-z]{1,32}-(0|[1-9][0-9]{0,17})");
            long seen = formed ? Long.parseLong(lastEventId.substring(lastEventId.indexOf('-') + 1)) : 0;
            if (!formed) {
                begin(log.historyPosition(), lastEventId.isEmpty() ? "new" : "malformed");
            } else if (!lastEventId.equals(log.id(seen))) {
                begin(log.historyPosition(), "epoch");
            } else if (seen > log.newest() || seen < log.first() - 1) {
                begin(log.historyPosition(), seen > log.newest() ? "future" : "evicted");
            } else {
                begin(seen, null);
            }
        }

        void begin(long after, String reason) {
            place = after;
            pending = ByteBuffer.wrap(
                    wire.start(reason, log.id(place), config.heartbeatMs(), 0).getBytes(UTF_8));
        }

        void next() {
            Message message = log.get(place + 1);
            if (message == null) { // The log has gone on without this stream.
                begin(log.historyPosition(), "lapped");
            } else {
                place++;
                pending = message.record(wire).buffer();
            }
        }

        /** Looks at the clock: a heartbeat if nothing was to be written for a while, the end if nothing can be. */
        void tick() {
            long quietMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - movedNanos);
            if (waiting && quietMs >= config.stallMs()) {
                IoUtils.safeClose(sink);
            } else if (!waiting && quietMs >= config.heartbeatMs()) {
                pending = ByteBuffer.wrap(wire.heartbeat(log.id(place)).getBytes(UTF_8));
                drain();
            }
            if (sink.isOpen()) {
                int tickMs = Math.max(1, Math.min(config.heartbeatMs(), config.stallMs()) / 8);
                sink.getIoThread().executeAfter(this::tick, tickMs, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void status(HttpServerExchange exchange) {
        var status = Map.of("heartbeatMs", config.heartbeatMs(), "streams", Map.of("open", streams.size()));
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(json.writeValueAsString(status));
    }

    @Override
    public int port() {
        return listeners.port();
    }

    @Override
    public void drain() {
        close();
    }

    @Override
    public void close() {
        listeners.close();
    }
}
