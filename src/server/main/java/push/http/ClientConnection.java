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
 * The server's state for one client connection, apart from its streams: its rate limits and its requests in progress.
 *
 * <p>It exists because limits and GOAWAY apply to a connection, whereas Undertow's handlers see only exchanges.
 *
 * <p><b>Length:</b> it connects Undertow's connection to the pattern's, and has the methods of both.
 *
 * <p><b>Threads:</b> confined to its IO thread.
 */
public final class ClientConnection implements Transport {
    private static final AttachmentKey<ClientConnection> KEY = AttachmentKey.create(ClientConnection.class);
    private static final AttachmentKey<Integer> REQUEST = AttachmentKey.create(Integer.class);
    private static final AttachmentKey<Http2StreamSourceChannel> SOURCE =
            AttachmentKey.create(Http2StreamSourceChannel.class);
    private static final AttachmentKey<Boolean> KEPT = AttachmentKey.create(Boolean.class);

    /** The rate limit for opening streams. */
    public final RateLimit opens;
    /** The rate limit for posting. */
    public final RateLimit posts;

    final Config config;
    final Connection streams;
    private final XnioLoop loop;
    private final Stats stats;
    private final Map<Integer, Reply> answers = new HashMap<>(); // Those that the client has not read.
    private final @Nullable PushChannel
            channel; // Null if the connection is not HTTP/2 or was not accepted by our own listener.
    final Set<RequestBody> bodies = new HashSet<>(); // Those that are still arriving.
    final Set<Integer> open = ConcurrentHashMap.newKeySet(); // Requests in progress; any thread.
    private final List<Runnable> unfinished = new ArrayList<>(); // Waits until TCP accepts more.
    final FrameBudget budget = new FrameBudget(System.nanoTime());

    @Nullable
    Http2StreamSourceChannel request; // Of the HTTP/2 stream being dispatched.

    @Nullable
    Problem refusal; // Of the dispatched request, by its header section.

    private boolean tired; // HTTP/1.1: the next response is the last.
    int requestId; // Of the HTTP/2 stream being dispatched; in HTTP/1.1, a running count.
    private boolean spoke; // Only then have we sent our SETTINGS, which must be first (RFC 9113, 3.4).
    private long flowed; // Bytes that TCP had accepted at the last check.
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

    /** Creates the connection of a new HTTP/2 channel. */
    static ClientConnection of(PushChannel channel, Shards shards, Config config) {
        ClientConnection connection = new ClientConnection(channel.getIoThread(), shards, config, channel);
        channel.putAttachment(KEY, connection);
        return connection;
    }

    /** Ensures that an exchange has a connection object. For HTTP/1.1, the first request creates it. */
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
        }
        int id = exchange.getAttachment(REQUEST);
        Reply answer = answers.get(id);
        if (answer != null) {
            answer.stopWaiting();
        }
        if (exchange.removeAttachment(KEPT) != null) {
            stalled().hold(tally(), -Stalled.REQUEST_BYTES);
        }
        answered(id, exchange.isResponseStarted() && exchange.getStatusCode() < 400);
        closeIfDone();
    }

    /** Returns the work on this event loop that waits for clients. */
    Stalled stalled() {
        return streams.stalled();
    }

    /** Returns this connection's share of that work. */
    Stalled.Tally tally() {
        return streams.tally();
    }

    /** Records that a request waits for its client. Discards its header section, and counts it until it ends. */
    void keep(HttpServerExchange exchange) {
        if (exchange.putAttachment(KEPT, true) == null) {
            RequestHead.forget(exchange);
            stalled().hold(tally(), Stalled.REQUEST_BYTES);
        }
        stalled().relieve(); // This may end the request.
    }

    /** Records that a response waits for the client to read it, and that it holds this many heap bytes. */
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

    /** Records that a response no longer waits. */
    void stopWaiting(HttpServerExchange exchange, Reply answer, long bytes) {
        int id = exchange.getAttachment(REQUEST);
        answers.remove(id);
        if (channel != null) {
            channel.meter.remove(id);
        }
        stalled().removeAnswer(answer);
        stalled().hold(tally(), -bytes);
    }

    /**
     * Records the end of a request. A client that keeps sending requests that are refused, or that it resets before they
     * are answered, is slowed down, and finally disconnected.
     */
    private void answered(int id, boolean isServed) {
        open.remove(id);
        if (channel != null) {
            channel.answered(id);
        }
        if (isServed) {
            budget.earn(1);
        } else {
            refused();
        }
    }

    /** Records a refusal. */
    void refused() {
        FrameBudget.Verdict verdict = budget.refused(System.nanoTime());
        if (verdict == FrameBudget.Verdict.GO_ON) {
            return;
        } else if (channel == null) {
            tired = true;
        } else if (verdict == FrameBudget.Verdict.REST) {
            channel.rest(FrameBudget.REST_MS);
        } else {
            execute(channel::calmDown); // Deferred, so that the response is sent first.
        }
    }

    /** Returns the connection of an exchange. */
    public static ClientConnection of(HttpServerExchange exchange) {
        return exchange.getConnection().getAttachment(KEY);
    }

    /**
     * Refuses the request being dispatched if its header section was too large to keep (RFC 6585, 5), or asks for what
     * Undertow would refuse without a reason.
     */
    public void refuseIfTooLarge() throws Problem {
        if (refusal != null) {
            throw refusal;
        }
    }

    /** Returns the number of open streams. */
    public int streams() {
        return streams.streams();
    }

    /**
     * Opens a stream on a dispatched exchange, in a format and from a position. {@code Stats} has already counted it.
     */
    public void open(HttpServerExchange exchange, Wire wire, Resume resume) {
        int id = exchange.getAttachment(REQUEST);
        DataFrames frames = channel == null ? null : new DataFrames(channel, channel.meter.add(id, 0), id);
        streams.open(id, new ExchangeSink(exchange, this, frames), wire, resume);
    }

    /** Records that the stream on this exchange has ended. */
    void ended(HttpServerExchange exchange) {
        if (channel != null) {
            channel.meter.remove(exchange.getAttachment(REQUEST));
        }
    }

    /** Runs a task on the connection's IO thread, or not at all if that thread has ended. */
    void execute(Runnable task) {
        loop.execute(task);
    }

    /** Records that the peer has sent something and is therefore alive. */
    void heard() {
        spoke = true;
        streams.heard();
    }

    /**
     * Ends a request whose response is sent but whose content is still arriving: resets its stream in HTTP/2, or closes
     * the HTTP/1.1 connection.
     */
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
     * Closes a stream's sink after TCP has accepted all queued bytes. A partial frame would break the connection for
     * every stream.
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

    /** Ends a stream or a request that the peer has reset. */
    void reset(int id, EndReason why) {
        streams.reset(id, why);
        Reply answer = answers.get(id);
        if (answer != null) {
            execute(answer::leave);
        }
    }

    /**
     * Records a GOAWAY from the client. Open streams continue (RFC 9113, 6.8), and the connection ends with the last of
     * them.
     */
    void peerGoesAway() {
        streams.peerGoesAway();
        closeIfDone();
    }

    /**
     * Returns whether to refuse a request because it follows the client's GOAWAY. Trailers of an earlier request are
     * allowed.
     */
    boolean refuses(int streamId) {
        return streams.peerHasGoneAway() && !open.contains(streamId);
    }

    private void closeIfDone() {
        if (streams.peerHasGoneAway() && channel != null && open.isEmpty()) {
            execute(channel::goAwayAndClose);
        }
    }

    /** Ends the connection and all its open streams. */
    void end(EndReason otherwise) {
        streams.end(otherwise);
        List.copyOf(answers.values()).forEach(Reply::leave);
        List.copyOf(bodies).forEach(RequestBody::leave);
        finishAll();
        if (channel != null) {
            channel.leftovers.close();
        }
    }

    /** Returns whether a response has stalled for too long. A queued response makes progress when the queue does. */
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
        if (channel.flowed() != flowed) {
            flowed = channel.flowed();
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
        return channel != null; // In HTTP/1.1, a stall or TCP reveals a dead peer.
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
