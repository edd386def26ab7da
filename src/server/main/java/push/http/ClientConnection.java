package push.http;

import io.undertow.protocols.http2.Http2StreamSourceChannel;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.AttachmentKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioIoThread;
import push.Connection;
import push.EndReason;
import push.RateLimit;
import push.Resume;
import push.Shards;
import push.Stalled;
import push.Stats;
import push.Transport;
import push.Wire;

/**
 * What the server knows of one client's connection, beside its streams: its rates, and the requests that it is at.
 *
 * <p>It exists because limits and GOAWAY belong to the connection, while Undertow's handlers see exchanges only.
 *
 * <p><b>Length:</b> it is the seam between a connection of Undertow's and one of the pattern's, and has the methods of both.
 *
 * <p><b>Threads:</b> confined to its IO thread.
 */
public final class ClientConnection implements Transport {
    private static final AttachmentKey<ClientConnection> KEY = AttachmentKey.create(ClientConnection.class);
    private static final AttachmentKey<Integer> REQUEST = AttachmentKey.create(Integer.class);
    private static final AttachmentKey<Http2StreamSourceChannel> SOURCE =
            AttachmentKey.create(Http2StreamSourceChannel.class);
    private static final AttachmentKey<Boolean> KEPT = AttachmentKey.create(Boolean.class);

    /** How many streams may have ended whose frame flow control holds: Undertow keeps each as long as the connection. */
    private static final int MAX_LEFT = 4_000;

    /** How fast it may open streams. */
    public final RateLimit opens;
    /** How fast it may post. */
    public final RateLimit posts;

    final Config config;
    final Connection streams;
    private final XnioLoop loop;
    private final Stats stats;
    private final Map<Integer, Reply> answers = new HashMap<>(); // Those that the client has not read.
    private final @Nullable PushChannel
            channel; // Null if it is not our own listener that has accepted it, or not HTTP/2.
    final Set<RequestBody> bodies = new HashSet<>(); // Those that are coming in.
    final Set<Integer> open = ConcurrentHashMap.newKeySet(); // Requests in hand; any thread.
    private final List<Runnable> unfinished = new ArrayList<>(); // What waits for TCP to take more.
    final FrameBudget budget = new FrameBudget(System.nanoTime());

    @Nullable
    Http2StreamSourceChannel request; // Of the HTTP/2 stream that is being dispatched.

    private int left; // Streams that have ended with a frame that Undertow keeps.
    boolean tooLarge; // The fields of the request that is being dispatched.
    private boolean tired; // Over HTTP/1.1: its next answer is its last.
    int requestId; // Of the HTTP/2 stream that is being dispatched; elsewhere they are counted.
    private boolean spoke; // Only then have our SETTINGS gone out, which must be first (RFC 9113, 3.4).
    private long flowed; // Bytes that TCP had taken when it was looked last.
    private long flowedNanos = System.nanoTime();

    private ClientConnection(XnioIoThread thread, Shards shards, Config config, @Nullable PushChannel channel) {
        long now = System.nanoTime();
        this.config = config;
        this.loop = new XnioLoop(thread);
        this.channel = channel;
        this.opens = new RateLimit(config.opensPerSecond(), config.openBurst(), now);
        this.posts = new RateLimit(config.postsPerSecond(), config.postBurst(), now);
        this.stats = shards.stats();
        this.streams = shards.connect(loop, this);
    }

    /** The connection of an HTTP/2 channel that has just been opened. */
    static ClientConnection of(PushChannel channel, Shards shards, Config config) {
        ClientConnection connection = new ClientConnection(channel.getIoThread(), shards, config, channel);
        channel.putAttachment(KEY, connection);
        return connection;
    }

    /** Sees to it that an exchange's connection is known: one of HTTP/1.1 is not until its first request. */
    public static void attach(HttpServerExchange exchange, Shards shards, Config config) {
        var server = exchange.getConnection();
        if (server.getAttachment(KEY) == null) {
            ClientConnection connection = new ClientConnection(exchange.getIoThread(), shards, config, null);
            server.putAttachment(KEY, connection);
            server.addCloseListener(closed -> connection.execute(() -> connection.end(EndReason.TCP)));
        }
        of(exchange).begin(exchange);
    }

    private void begin(HttpServerExchange exchange) {
        requestId += channel == null ? 1 : 0;
        exchange.putAttachment(REQUEST, requestId);
        if (request != null) {
            exchange.putAttachment(SOURCE, request);
            request = null;
        }
        exchange.setPersistent(exchange.isPersistent() && !tired);
        open.add(requestId);
        exchange.addExchangeCompleteListener((done, next) -> {
            complete(done);
            next.proceed();
        });
    }

    private void complete(HttpServerExchange exchange) {
        Http2StreamSourceChannel source = exchange.removeAttachment(SOURCE);
        if (source != null && EndedStream.forget(source) && channel != null && !channel.isJammed()) {
            channel.leftovers.addLasting();
            if (++left == MAX_LEFT) {
                execute(channel::calmDown);
            }
        }
        int id = exchange.getAttachment(REQUEST);
        Reply answer = answers.get(id);
        if (answer != null) {
            answer.stopWaiting();
        }
        if (exchange.removeAttachment(KEPT) != null) {
            stalled().hold(tally(), -Stalled.REQUEST_BYTES);
        }
        answered(id, exchange.getStatusCode());
        closeIfDone();
    }

    /** What its loop keeps for clients that let it wait. */
    Stalled stalled() {
        return streams.stalled();
    }

    /** What this connection keeps of that. */
    Stalled.Tally tally() {
        return streams.tally();
    }

    /** A request waits for its client. What it has brought is forgotten, and it counts until its end. */
    void keep(HttpServerExchange exchange) {
        if (exchange.putAttachment(KEPT, true) == null) {
            RequestHead.forget(exchange);
            stalled().hold(tally(), Stalled.REQUEST_BYTES);
        }
        stalled().relieve(); // Which may end it.
    }

    /** An answer waits for the client to read it, which takes so many bytes of heap. */
    void await(HttpServerExchange exchange, Reply answer, long bytes, int sent) {
        int id = exchange.getAttachment(REQUEST);
        answers.put(id, answer);
        if (channel != null) {
            channel.meter.add(id, sent);
        }
        stalled().addAnswer(answer);
        stalled().hold(tally(), bytes);
        keep(exchange);
    }

    /** An answer waits no longer. */
    void stopWaiting(HttpServerExchange exchange, Reply answer, long bytes) {
        int id = exchange.getAttachment(REQUEST);
        answers.remove(id);
        if (channel != null) {
            channel.meter.remove(id);
        }
        stalled().removeAnswer(answer);
        stalled().hold(tally(), -bytes);
    }

    /** Whoever goes on after being refused is let wait, and in the end let go. */
    private void answered(int id, int status) {
        open.remove(id);
        if (channel != null) {
            channel.answered(id);
        }
        if (status < 400) {
            budget.earn(1);
        } else {
            refused();
        }
    }

    /** It has been refused something. */
    void refused() {
        FrameBudget.Verdict verdict = budget.refused(System.nanoTime());
        if (verdict == FrameBudget.Verdict.GO_ON) {
            return;
        } else if (channel == null) {
            tired = true;
        } else if (verdict == FrameBudget.Verdict.REST) {
            channel.rest(FrameBudget.REST_MS);
        } else {
            execute(channel::calmDown); // Later: the answer is still to go out.
        }
    }

    /** The connection that an exchange came by. */
    public static ClientConnection of(HttpServerExchange exchange) {
        return exchange.getConnection().getAttachment(KEY);
    }

    /** Refuses the request that is being dispatched if its fields were too large to be kept (RFC 6585, 5). */
    public void refuseIfTooLarge() throws Problem {
        if (tooLarge) {
            throw new Problem(431, "The request's header fields are more than 20,000 bytes: send fewer cookies, say.");
        }
    }

    /** How many streams it holds open. */
    public int streams() {
        return streams.streams();
    }

    /** Opens a stream on an exchange that was dispatched, in a form and from a position; {@code Stats} has counted it in. */
    public void open(HttpServerExchange exchange, Wire wire, Resume resume) {
        int id = exchange.getAttachment(REQUEST);
        if (channel != null) {
            channel.meter.add(id, 0);
        }
        streams.open(id, new ExchangeSink(exchange, this), wire, resume);
    }

    /** The stream on this exchange has ended. */
    void ended(HttpServerExchange exchange) {
        if (channel != null) {
            channel.meter.remove(exchange.getAttachment(REQUEST));
        }
    }

    /** Runs a task on the connection's IO thread; not at all once that has ended. */
    void execute(Runnable task) {
        loop.execute(task);
    }

    /** Something has come in: the peer lives. */
    void heard() {
        spoke = true;
        streams.heard();
    }

    /** Ends a request whose answer is out and whose body still comes: its stream, or in HTTP/1.1 all there is. */
    void stopRequest(HttpServerExchange exchange) {
        if (exchange.isRequestComplete()) {
            return;
        }
        if (channel != null) {
            channel.stop(exchange.getAttachment(REQUEST), PushChannel.ERROR_NO_ERROR);
        } else if (exchange.getConnection() instanceof HttpServerConnection http1) {
            IoUtils.safeClose(http1);
        }
    }

    /**
     * Closes a stream's sink, when TCP has taken all that is queued: half a frame breaks the connection for every stream.
     */
    void finish(Runnable closing) {
        if (!isJammed()) {
            closing.run();
            return;
        }
        unfinished.add(closing);
    }

    private void finishAll() {
        List<Runnable> all = List.copyOf(unfinished);
        unfinished.clear();
        all.forEach(Runnable::run);
    }

    /** The peer has reset a stream or a request. */
    void reset(int id, EndReason why) {
        streams.reset(id, why);
        Reply answer = answers.get(id);
        if (answer != null) {
            execute(answer::leave);
        }
    }

    /** The client has said GOAWAY: its open streams go on (RFC 9113, 6.8), and the connection ends with the last of them. */
    void peerGoesAway() {
        streams.peerGoesAway();
        closeIfDone();
    }

    /** Whether a request is refused because it came after the client's own GOAWAY; trailers belong to one before it. */
    boolean refuses(int streamId) {
        return streams.peerHasGoneAway() && !open.contains(streamId);
    }

    private void closeIfDone() {
        if (streams.peerHasGoneAway() && channel != null && open.isEmpty()) {
            execute(channel::goAwayAndClose);
        }
    }

    /** The connection has ended, and with it every stream that has not been told yet. */
    void end(EndReason otherwise) {
        streams.end(otherwise);
        List.copyOf(answers.values()).forEach(Reply::leave);
        List.copyOf(bodies).forEach(RequestBody::leave);
        finishAll();
        if (channel != null) {
            channel.leftovers.close();
        }
    }

    /** Whether an answer has stood still for too long; one that stands in a queue moves with what stands before it. */
    boolean isUnread(long movedNanos, long nowNanos) {
        return streams.isStalled(isJammed() ? Math.max(movedNanos, flowedNanos) : movedNanos, nowNanos);
    }

    @Override
    public void tick(long nowNanos) {
        if (!answers.isEmpty()) {
            List.copyOf(answers.values()).forEach(answer -> answer.tick(nowNanos));
        }
        if (channel == null) {
            return;
        }
        if (channel.leftovers.tick(nowNanos)) {
            channel.forgetReset();
        }
        if (channel.meter.bytes() != flowed) {
            flowed = channel.meter.bytes();
            flowedNanos = nowNanos;
        }
        if (!unfinished.isEmpty() && !channel.isJammed()) {
            finishAll();
        } else if (!unfinished.isEmpty() && stats.isMemoryTight()) {
            streams.jam();
        }
    }

    @Override
    public void endWindowHolder(int id) {
        Reply answer = answers.get(id);
        if (answer != null) {
            answer.leave();
        }
    }

    @Override
    public void hold() {
        if (channel != null) {
            channel.hold();
        }
    }

    @Override
    public void release() {
        if (channel != null) {
            channel.release();
        }
    }

    @Override
    public boolean canPing() {
        return channel != null; // Where it cannot, a dead peer is found by a stall or by TCP.
    }

    @Override
    public void ping() {
        if (channel != null && spoke) {
            channel.ping();
        }
    }

    @Override
    public boolean isJammed() {
        return channel != null && channel.isJammed();
    }

    @Override
    public boolean isWindowUsedUp() {
        return channel != null && channel.meter.isExhausted() && !channel.isJammed();
    }

    @Override
    public int windowHolder() {
        return channel == null ? -1 : channel.meter.holder();
    }

    @Override
    public void refuseIncoming() {
        List.copyOf(bodies).forEach(RequestBody::refuse);
    }

    @Override
    public void goAway() {
        if (channel != null && spoke) {
            channel.sendGoAway(PushChannel.ERROR_NO_ERROR);
        } else if (channel != null) {
            channel.abort();
        }
    }

    @Override
    public void abort() {
        if (channel != null) {
            channel.abort();
        }
    }
}
