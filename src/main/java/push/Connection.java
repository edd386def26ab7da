package push;

import io.undertow.protocols.http2.Http2StreamSourceChannel;
import io.undertow.server.HttpServerExchange;
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

/**
 * What the server knows of one client's connection: its open streams, its rates, and whether it is alive.
 *
 * <p>It exists because limits and PINGs belong to the connection, while Undertow's handlers see exchanges only.
 *
 * <p><b>Length:</b> its frames, streams, requests and its end are told here, and each concerns the others.
 *
 * <p><b>Threads:</b> confined to its IO thread.
 */
public final class Connection {
    private static final AttachmentKey<Connection> KEY = AttachmentKey.create(Connection.class);
    private static final AttachmentKey<Integer> REQUEST = AttachmentKey.create(Integer.class);
    private static final AttachmentKey<Http2StreamSourceChannel> SOURCE =
            AttachmentKey.create(Http2StreamSourceChannel.class);

    /** How many streams may have ended whose frame flow control holds: Undertow keeps each as long as the connection. */
    private static final int MAX_LEFT = 4_000;

    private static final AttachmentKey<Boolean> KEPT = AttachmentKey.create(Boolean.class);

    final Shard shard;
    /** How fast it may open streams. */
    public final RateLimit opens;
    /** How fast it may post. */
    public final RateLimit posts;

    private final @Nullable PushChannel channel;
    private final Map<Integer, Subscriber> streams = new HashMap<>();
    private final Map<Integer, Reply> answers = new HashMap<>(); // Those that the client has not read.
    final Set<Body> bodies = new HashSet<>(); // Those that are coming in.
    final Set<Integer> open = ConcurrentHashMap.newKeySet(); // Requests in hand; any thread.
    private final List<Runnable> unfinished = new ArrayList<>(); // What waits for TCP to take more.
    final FrameBudget budget = new FrameBudget(System.nanoTime());
    boolean tooLarge; // The fields of the request that is being dispatched.
    int stalled; // How many of its streams and answers wait.
    long held; // Heap that its requests take which wait.

    @Nullable
    Http2StreamSourceChannel request; // Of the HTTP/2 stream that is being dispatched.

    final Leftovers leftovers;
    private int left; // Streams that have ended with a frame that Undertow keeps.
    private boolean tired; // Over HTTP/1.1: its next answer is its last.
    int requestId; // Of the HTTP/2 stream that is being dispatched; over HTTP/1.1 there is but one: 0.
    private @Nullable Reason reason;
    private boolean goneAway; // The client has said GOAWAY: what is open goes on, and nothing new begins.
    private boolean spoke; // Only then have our SETTINGS gone out, which must be first (RFC 9113, 3.4).
    private long heardNanos = System.nanoTime();
    private long pingedNanos = heardNanos;
    private long flowed; // Bytes that TCP had taken when it was looked last.
    private long flowedNanos = heardNanos;

    private Connection(Shard shard, @Nullable PushChannel channel) {
        long now = System.nanoTime();
        this.shard = shard;
        this.channel = channel;
        this.opens = new RateLimit(shard.config.opensPerSecond(), shard.config.openBurst(), now);
        this.posts = new RateLimit(shard.config.postsPerSecond(), shard.config.postBurst(), now);
        this.leftovers = new Leftovers(shard.leftovers, now);
        shard.add(this);
    }

    /** The connection of an HTTP/2 channel that has just been opened. */
    static Connection of(PushChannel channel, Shard shard) {
        Connection connection = new Connection(shard, channel);
        channel.putAttachment(KEY, connection);
        return connection;
    }

    /** Sees to it that an exchange's connection is known: one of HTTP/1.1 is not until its first request. */
    public static void know(HttpServerExchange exchange, Shards shards) {
        var server = exchange.getConnection();
        if (server.getAttachment(KEY) == null) {
            Connection connection = new Connection(shards.of(exchange.getIoThread()), null);
            server.putAttachment(KEY, connection);
            server.addCloseListener(closed -> connection.shard.execute(() -> connection.end(Reason.TCP)));
        }
        exchange.putAttachment(REQUEST, of(exchange).requestId);
        of(exchange).takeRequest(exchange);
        exchange.setPersistent(exchange.isPersistent() && !of(exchange).tired);
        of(exchange).open.add(of(exchange).requestId);
        exchange.addExchangeCompleteListener((done, next) -> {
            of(done).complete(done);
            next.proceed();
        });
    }

    private void takeRequest(HttpServerExchange exchange) {
        if (request != null) {
            exchange.putAttachment(SOURCE, request);
            request = null;
        }
    }

    private void complete(HttpServerExchange exchange) {
        Http2StreamSourceChannel source = exchange.removeAttachment(SOURCE);
        if (source != null && EndedStream.forget(source) && channel != null && !channel.isJammed()) {
            leftovers.addLasting();
            if (++left == MAX_LEFT) {
                shard.execute(channel::calmDown);
            }
        }
        int id = exchange.getAttachment(REQUEST);
        Reply answer = answers.get(id);
        if (answer != null) {
            answer.stopWaiting();
        }
        if (exchange.removeAttachment(KEPT) != null) {
            shard.stalled.hold(this, -Stalled.REQUEST_BYTES);
        }
        answered(id, exchange.getStatusCode());
        closeIfDone();
    }

    /** A request waits for its client. What it has brought is forgotten, and it counts until its end. */
    void keep(HttpServerExchange exchange) {
        if (exchange.putAttachment(KEPT, true) == null) {
            RequestHead.forget(exchange);
            shard.stalled.hold(this, Stalled.REQUEST_BYTES);
        }
        shard.stalled.relieve(); // Which may end it.
    }

    /** An answer waits for the client to read it, which takes so many bytes of heap. */
    void await(HttpServerExchange exchange, Reply answer, long bytes, int sent) {
        int id = exchange.getAttachment(REQUEST);
        answers.put(id, answer);
        if (channel != null) {
            channel.window.add(id, sent);
        }
        shard.stalled.add(answer);
        shard.stalled.hold(this, bytes);
        keep(exchange);
    }

    /** An answer waits no longer. */
    void stopWaiting(HttpServerExchange exchange, Reply answer, long bytes) {
        int id = exchange.getAttachment(REQUEST);
        answers.remove(id);
        if (channel != null) {
            channel.window.remove(id);
        }
        shard.stalled.remove(answer);
        shard.stalled.hold(this, -bytes);
    }

    /** Whoever goes on after being refused is let wait, and in the end let go. */
    private void answered(int request, int status) {
        open.remove(request);
        if (channel != null) {
            channel.answered(request);
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
            shard.execute(channel::calmDown); // Later: the answer is still to go out.
        }
    }

    /** The connection that an exchange came by. */
    public static Connection of(HttpServerExchange exchange) {
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
        return streams.size();
    }

    /** Which stream of the connection the request came by that is being handled. */
    public int requestId() {
        return requestId;
    }

    boolean isStream(int id) {
        return streams.containsKey(id);
    }

    void add(int id, Subscriber subscriber) {
        streams.put(id, subscriber);
        if (channel != null) {
            channel.window.add(id, 0);
        }
    }

    void remove(int id) {
        streams.remove(id);
        if (channel != null) {
            channel.window.remove(id);
        }
    }

    /** Something has come in: the peer lives. */
    void heard(long nowNanos) {
        spoke = true;
        heardNanos = nowNanos;
    }

    /** A stream was reset, of which a shell is left. */
    void leaves() {
        leftovers.add();
        shard.clearLeftovers();
    }

    /** Ends a connection that leaves more than others, when there is too much of it. */
    void endForLeftovers() {
        leftovers.clear();
        if (channel != null) {
            shard.execute(channel::calmDown);
        }
    }

    /** The peer has reset a stream, which ends here and now even if it was stalled (Undertow would not tell). */
    void reset(int streamId, Reason why) {
        Subscriber subscriber = streams.get(streamId);
        if (subscriber != null) {
            subscriber.because(why);
            shard.execute(() -> subscriber.close(why));
        }
        Reply answer = answers.get(streamId);
        if (answer != null) {
            shard.execute(answer::leave);
        }
    }

    /** Memory is tight: ends one that waits, or all of them if TCP takes nothing and so each keeps what it has. */
    void letGo(Runnable ending) {
        if (channel != null && channel.isJammed()) {
            jam(channel);
        } else {
            ending.run();
        }
    }

    private void jam(PushChannel tcp) {
        because(Reason.STALLED);
        tcp.abort();
        end(Reason.STALLED);
    }

    /** Why one stream is about to end. */
    void because(int streamId, Reason told) {
        Subscriber subscriber = streams.get(streamId);
        if (subscriber != null) {
            subscriber.because(told);
        }
    }

    /** Ends a request whose answer is out and whose body still comes: its stream, or in HTTP/1.1 all there is. */
    void stopRequest(HttpServerExchange exchange) {
        if (exchange.isRequestComplete()) {
            return;
        }
        if (channel == null) {
            IoUtils.safeClose(exchange.getConnection());
        } else {
            channel.stop(exchange.getAttachment(REQUEST), PushChannel.ERROR_NO_ERROR);
        }
    }

    /**
     * Closes a stream's sink, when TCP has taken all that is queued: half a frame breaks the connection for every stream.
     */
    void finish(Runnable closing) {
        if (channel != null && channel.isJammed()) {
            unfinished.add(closing);
        } else {
            closing.run();
        }
    }

    private void finishAll() {
        List<Runnable> all = List.copyOf(unfinished);
        unfinished.clear();
        all.forEach(Runnable::run);
    }

    /** The client has said GOAWAY: its open streams go on (RFC 9113, 6.8), and the connection ends with the last of them. */
    void peerGoesAway() {
        goneAway = true;
        closeIfDone();
    }

    /** Whether a request is refused because it came after the client's own GOAWAY; trailers belong to one before it. */
    boolean refuses(int streamId) {
        return goneAway && !open.contains(streamId);
    }

    private void closeIfDone() {
        if (goneAway && channel != null && open.isEmpty()) {
            shard.execute(channel::goAwayAndClose);
        }
    }

    /** Why streams have ended whose connection has: had the client announced it? */
    Reason lost() {
        return goneAway ? Reason.GOAWAY : Reason.TCP;
    }

    /** Why the streams of this connection are about to end; the first reason that is given stays. */
    void because(Reason told) {
        if (reason == null) {
            reason = told;
        }
    }

    Reason reason(Reason otherwise) {
        return reason != null ? reason : otherwise;
    }

    /** Sends a PING when one is due; closes a connection whose peer has left one unanswered for too long. */
    void tick(long nowNanos) {
        if (!answers.isEmpty()) {
            List.copyOf(answers.values()).forEach(answer -> answer.tick(nowNanos));
        }
        if (channel == null) {
            return; // HTTP/1.1 has no PING: there a dead peer is found by a stall or by TCP.
        }
        if (channel.flowed() != flowed) {
            flowed = channel.flowed();
            flowedNanos = nowNanos;
        }
        if (!unfinished.isEmpty() && !channel.isJammed()) {
            finishAll();
        } else if (!unfinished.isEmpty() && shard.stats.memory.isTight()) {
            jam(channel);
            return;
        }
        tickWindow(channel, nowNanos);
        if (leftovers.tick(nowNanos)) {
            channel.forgetReset();
        }
        boolean answered = heardNanos - pingedNanos >= 0;
        long sincePing = nowNanos - pingedNanos;
        if (!answered && sincePing >= shard.config.pingTimeoutMs() * 1_000_000L) {
            because(Reason.PING);
            channel.abort();
        } else if (answered && sincePing >= shard.config.pingMs() * 1_000_000L) {
            pingedNanos = nowNanos;
            if (spoke) {
                channel.ping();
            }
        }
    }

    private void tickWindow(PushChannel tcp, long nowNanos) {
        int holder = tcp.window.tick(tcp.isJammed(), nowNanos);
        Subscriber stream = streams.get(holder);
        Reply answer = answers.get(holder);
        if (stream != null && stream.isWaiting()) {
            stream.close(Reason.STALLED);
        } else if (answer != null) {
            answer.leave();
        }
    }

    /** Whether an answer has stood still for too long; one that stands in a queue moves with what stands before it. */
    boolean isUnread(long movedNanos, long nowNanos) {
        boolean isQueued = channel != null && channel.isJammed();
        return isStalled(isQueued ? Math.max(movedNanos, flowedNanos) : movedNanos, nowNanos);
    }

    /** Whether a stream has stood still for too long that has moved last at this time. */
    boolean isStalled(long movedNanos, long nowNanos) {
        return channel == null
                ? nowNanos - movedNanos >= shard.config.stallMs() * 1_000_000L
                : channel.window.isStalled(movedNanos, nowNanos);
    }

    /** Tells the client that it is over, which ends what has not ended by itself. */
    void goAway() {
        because(Reason.DRAIN);
        if (channel != null && spoke) {
            channel.sendGoAway(PushChannel.ERROR_NO_ERROR);
        } else if (channel != null) {
            channel.abort();
        }
    }

    /** The connection has ended, and with it every stream that has not been told yet. */
    void end(Reason otherwise) {
        because(goneAway ? Reason.GOAWAY : otherwise);
        List.copyOf(streams.values()).forEach(subscriber -> subscriber.close(otherwise));
        List.copyOf(answers.values()).forEach(Reply::leave);
        List.copyOf(bodies).forEach(Body::leave);
        finishAll();
        leftovers.clear();
        shard.remove(this);
    }
}
