package push.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.protocols.http2.AbstractHttp2StreamSinkChannel;
import io.undertow.protocols.http2.AbstractHttp2StreamSourceChannel;
import io.undertow.protocols.http2.ConnectionErrorException;
import io.undertow.protocols.http2.Http2Channel;
import io.undertow.protocols.http2.Http2PingStreamSourceChannel;
import io.undertow.protocols.http2.Http2RstStreamStreamSourceChannel;
import io.undertow.protocols.http2.Http2SettingsStreamSourceChannel;
import io.undertow.protocols.http2.Http2StreamSourceChannel;
import io.undertow.server.protocol.framed.FrameHeaderData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelExceptionHandler;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.channels.StreamSinkChannel;
import push.EndReason;
import push.Shards;

/**
 * An HTTP/2 connection that also reports events that Undertow hides: resets, GOAWAY and incoming frames.
 *
 * <p>It exists because Undertow does not report the reset of a stream that is stalled on flow control, and because a
 * handler cannot send a PING.
 *
 * <p><b>Length:</b> it holds everything that one class of Undertow must be told; each method has a few lines.
 *
 * <p><b>Threads:</b> confined to its IO thread.
 */
final class PushChannel extends Http2Channel implements FrameGate.Watcher {
    private static final byte[] PING = new byte[8];
    private static final int LAST_WORD_MS = 1_000; // The time for TCP to accept it.
    private static final int LOOK_MS = 20;
    private static final int MANY_REQUESTS = 2_000;
    private static final int MAX_UNREAD = 256;
    private static final int MANY_ENDED = 1_000; // A reset that comes later than this many others counts again.

    private final ClientConnection connection;
    private final XnioLoop loop;
    private final Turns.Share share;
    final Leftovers leftovers;
    private int unread; // PING and SETTINGS received while TCP accepted no ACK.
    final FlowMeter meter;
    private final Outbox outbox;
    private final Set<DataFrames> waiting = new LinkedHashSet<>(); // Streams without room.
    private boolean serving; // They will be served soon.
    private final TcpConnection socket;
    private final FrameGate gate = new FrameGate(bytes -> super.parseFrame(bytes), this);
    private @Nullable Problem refusal; // Of the next request.
    private long restUntilNanos = System.nanoTime();
    private int lastReset;
    private int lastEnded; // The last stream that either side reset,
    private final Map<Integer, Boolean> ended = new LinkedHashMap<>(); // and the newest of those: by the peer or not.
    private boolean over; // The peer was told that the connection is over; reading has stopped.

    PushChannel(
            StreamConnection tcp,
            ByteBufferPool pool,
            PooledByteBuffer read,
            OptionMap options,
            FlowMeter meter,
            Outbox outbox,
            TcpConnection socket,
            Turns turns,
            Leftovers.Total leftovers,
            Shards shards,
            Config config) {
        super(tcp, null, pool, read, false, false, options);
        this.loop = new XnioLoop(tcp.getIoThread());
        this.share = turns.share(this::resume);
        this.leftovers = new Leftovers(leftovers, () -> loop.execute(this::calmDown), loop.nanoTime());
        this.meter = meter;
        this.outbox = outbox;
        this.socket = socket;
        this.connection = ClientConnection.of(this, shards, config);
        outbox.whenFree(this::serveSoon);
        addCloseTask(closed -> {
            connection.execute(() -> connection.end(EndReason.TCP));
            connection.execute(outbox::close);
        });
    }

    @Override
    protected @Nullable AbstractHttp2StreamSourceChannel createChannel(FrameHeaderData header, PooledByteBuffer data)
            throws IOException {
        connection.heard();
        AbstractHttp2StreamSourceChannel frame = super.createChannel(header, data);
        if (frame instanceof Http2StreamSourceChannel request) {
            connection.requestId = request.getStreamId();
            connection.request = request;
            connection.refusal = refusal;
            refusal = null;
            if (connection.open.size() >= getReceiveMaxConcurrentStreams() // Undertow does not check it.
                    || connection.refuses(request.getStreamId())) {
                stop(request.getStreamId(), ERROR_REFUSED_STREAM); // RFC 9113, 5.1.2.
                connection.refused();
                return null;
            }
            if (meter.requests() >= MANY_REQUESTS) {
                meter.retain(connection.open);
            }
            meter.begin(request.getStreamId());
        } else if (frame instanceof Http2RstStreamStreamSourceChannel reset) {
            int code = reset.getErrorCode();
            boolean left = code == ERROR_CANCEL || code == ERROR_NO_ERROR;
            meter.end(reset.getStreamId());
            leave(reset.getStreamId(), true);
            connection.reset(reset.getStreamId(), left ? EndReason.CLIENT : EndReason.ERROR);
        } else if (frame instanceof Http2PingStreamSourceChannel || frame instanceof Http2SettingsStreamSourceChannel) {
            unread = isJammed() ? unread + 1 : 0;
            if (unread > MAX_UNREAD) { // Each unread ACK uses a buffer of 16 kB.
                calmDown();
            }
        }
        return frame;
    }

    @Override
    public void handleWindowUpdate(int streamId, int deltaWindowSize) throws IOException {
        if (!meter.credit(streamId, deltaWindowSize)) { // First, because the next line uses the peer's credit.
            stop(streamId, ERROR_FLOW_CONTROL_ERROR);
            return;
        }
        if (deltaWindowSize == 0 || !isStream(streamId)) { // A stream's DATA does not pass through Undertow.
            super.handleWindowUpdate(streamId, deltaWindowSize);
        }
        serveSoon();
    }

    @Override
    protected @Nullable FrameHeaderData parseFrame(ByteBuffer bytes) throws IOException {
        return gate.next(bytes);
    }

    /** Lets a listener read one frame if it is this connection's turn. */
    void take(ChannelListener<Http2Channel> listener) {
        if (over || !share.isNow()) {
            suspendReceives();
            return;
        }
        long sinceNanos = System.nanoTime();
        listener.handleEvent(this);
        share.read(sinceNanos);
    }

    /** Stops reading for this long, or permanently if the peer was sent ENHANCE_YOUR_CALM. */
    void rest(long ms) {
        suspendReceives();
        restUntilNanos = Math.max(restUntilNanos, System.nanoTime() + ms * 1_000_000);
        getIoThread().executeAfter(this::resume, ms + 1, TimeUnit.MILLISECONDS);
    }

    private void resume() {
        if (!over && System.nanoTime() - restUntilNanos >= 0) {
            resumeReceives();
        }
    }

    /** Ends the connection of a peer that causes excessive load (RFC 9113, 10.5). */
    void calmDown() {
        sendGoAway(ERROR_ENHANCE_YOUR_CALM);
    }

    @Override
    public boolean began(int type, int length) {
        connection.budget.earn(meter.takeFrames());
        heed(connection.budget.frame(type, length, System.nanoTime()));
        return !over;
    }

    @Override
    public void decoded(int bytes) {
        heed(connection.budget.decoded(bytes, System.nanoTime()));
    }

    private void heed(FrameBudget.Verdict verdict) {
        switch (verdict) {
            case GO_ON -> {}
            case REST -> rest(FrameBudget.REST_MS);
            case END -> calmDown();
        }
    }

    @Override
    public void refused(Problem why) {
        refusal = why;
    }

    @Override
    public void dropped(int length) throws IOException {
        connection.heard();
        updateReceiveFlowControlWindow(length);
    }

    @Override
    public void peerGoesAway() {
        connection.heard();
        connection.peerGoesAway();
    }

    @Override
    public Set<Integer> inHand() {
        return connection.open;
    }

    @Override
    public void broken(int streamId, int error) {
        stop(streamId, error);
    }

    @Override
    public boolean windowsBegin(long bytes) {
        serveSoon();
        heed(connection.budget.windows(meter.requests(), System.nanoTime()));
        return meter.setInitial(bytes);
    }

    /** Records that a request has its complete response. */
    void answered(int streamId) {
        meter.end(streamId);
    }

    @Override
    public boolean isStream(int streamId) {
        return connection.streams.isStream(streamId);
    }

    /** Collects output until {@link #release}. */
    void hold() {
        outbox.hold();
    }

    /** Sends what was collected. */
    void release() {
        try {
            outbox.release();
        } catch (IOException e) {
            broken(e);
        }
    }

    /** Sends a response's header section together with what follows. Returns whether it has been sent. */
    boolean begin(StreamSinkChannel response) throws IOException {
        return outbox.collect(response);
    }

    /** Sends DATA of a stream, as many bytes as there is room for. Returns how many. */
    int data(FlowMeter.Window window, int id, ByteBuffer bytes) throws IOException {
        if (outbox.isOver()) {
            throw new ClosedChannelException(); // This stream ends, and the last word before it is still on its way.
        }
        try {
            int count = outbox.data(window, id, bytes);
            if (count > 0) {
                super.handleWindowUpdate(0, -count); // Undertow has its own count of the connection's window.
            }
            return count;
        } catch (IOException e) {
            broken(e);
            throw e;
        }
    }

    /** Returns whether all output has been sent, after trying to send it. */
    boolean isSent() throws IOException {
        try {
            return outbox.isSent();
        } catch (IOException e) {
            broken(e);
            throw e;
        }
    }

    private void broken(IOException e) {
        IoUtils.safeClose(getUnderlyingConnection());
        markWritesBroken(e);
    }

    /** Serves a stream as soon as there is room, until {@link #goOn}. */
    void await(DataFrames stream) {
        waiting.add(stream);
        if (stream.hasRoom()) {
            serveSoon();
        }
    }

    void goOn(DataFrames stream) {
        waiting.remove(stream);
    }

    /** Lets waiting streams write later, because the caller may be in the middle of a frame. */
    private void serveSoon() {
        if (!serving && !waiting.isEmpty()) {
            serving = true;
            loop.execute(this::serve);
        }
    }

    /** Streams that find room, and then have more to write, wait behind the others. */
    private void serve() {
        serving = false;
        for (DataFrames stream : List.copyOf(waiting)) {
            if (!outbox.isFree() || meter.isExhausted()) {
                return;
            }
            if (stream.hasRoom()) {
                stream.tell();
            }
        }
    }

    @Override
    public void sendRstStream(int streamId, int code) {
        if (streamId == lastReset) {
            return; // Undertow closes the sink first, which has already reset the stream with a code of its own.
        }
        boolean isViolation = code == ERROR_PROTOCOL_ERROR || code == ERROR_FLOW_CONTROL_ERROR;
        if (!isViolation && Boolean.TRUE.equals(ended.get(streamId))) {
            return; // A reset must not be answered by another one (RFC 9113, 5.4.2).
        }
        lastReset = streamId;
        meter.end(streamId);
        gate.stop(streamId, getInitialReceiveWindowSize());
        leave(streamId, false);
        if (isViolation) {
            connection.streams.willEnd(streamId, EndReason.ERROR);
        }
        super.sendRstStream(streamId, code);
    }

    /** Counts a stream that is reset, once if both sides reset it. */
    private void leave(int streamId, boolean byPeer) {
        if (ended.putIfAbsent(streamId, byPeer) == null) {
            lastEnded = streamId;
            leftovers.add();
            if (ended.size() > MANY_ENDED) {
                ended.remove(ended.keySet().iterator().next());
            }
        }
    }

    /**
     * Makes Undertow forget streams that were reset more than a minute ago; it does so when it looks up one of them.
     */
    void forgetReset() {
        try {
            super.handleWindowUpdate(lastEnded, 1);
        } catch (IOException e) {
            abort();
        }
    }

    /** Also ends the connection after an error, because Undertow would wait for the peer to end it. */
    @Override
    public void sendGoAway(int code, ChannelExceptionHandler<AbstractHttp2StreamSinkChannel> onFailure) {
        super.sendGoAway(code, onFailure);
        if (code != ERROR_NO_ERROR) {
            connection.streams.willEnd(EndReason.ERROR);
            endAfterLastWord();
        }
    }

    /** Stops reading, and ends the connection when TCP has accepted all queued bytes. */
    private void endAfterLastWord() {
        if (!over) {
            over = true;
            suspendReceives();
            socket.discard(this::abort); // Otherwise a peer that writes before it reads would never read.
            long deadlineNanos = System.nanoTime() + LAST_WORD_MS * 1_000_000L;
            getIoThread().executeAfter(() -> end(deadlineNanos), LOOK_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void end(long deadlineNanos) {
        if (isJammed() && System.nanoTime() - deadlineNanos < 0) {
            getIoThread().executeAfter(() -> end(deadlineNanos), LOOK_MS, TimeUnit.MILLISECONDS);
        } else {
            abort();
        }
    }

    @Override
    protected void lastDataRead() {
        connection.streams.willEnd(connection.streams.lost());
        super.lastDataRead();
    }

    @Override
    protected void handleBrokenSourceChannel(Throwable e) {
        connection.streams.willEnd(e instanceof ConnectionErrorException ? EndReason.ERROR : connection.streams.lost());
        super.handleBrokenSourceChannel(e);
    }

    @Override
    protected void handleBrokenSinkChannel(Throwable e) {
        connection.streams.willEnd(connection.streams.lost());
        super.handleBrokenSinkChannel(e);
    }

    /** Returns whether frames are queued because TCP accepts no more. The first may be partly sent. */
    boolean isJammed() {
        return isOpen() && getUnderlyingConnection().getSinkChannel().isWriteResumed();
    }

    /** Returns the number of bytes that TCP has accepted. */
    long flowed() {
        return outbox.accepted();
    }

    /** Sends a PING (RFC 9113, 6.7). Any later frame except DATA counts as the response. */
    void ping() {
        sendPing(PING, (AbstractHttp2StreamSinkChannel frame, IOException e) -> abort());
    }

    /** Resets a request with more frames to come: answered before it was complete (RFC 9113, 8.1), or one too many. */
    void stop(int streamId, int code) {
        sendRstStream(streamId, code);
    }

    /** Sends GOAWAY and closes the connection, because all requests have been answered. */
    void goAwayAndClose() {
        sendGoAway(ERROR_NO_ERROR);
        endAfterLastWord();
    }

    /** Closes the connection without notice. */
    void abort() {
        IoUtils.safeClose(this);
    }
}
