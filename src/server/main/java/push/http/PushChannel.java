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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelExceptionHandler;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import push.EndReason;
import push.Shards;

/**
 * An HTTP/2 connection that also tells what Undertow keeps to itself: resets, GOAWAY, and that something came in.
 *
 * <p>It exists because a stream that is reset while it is stalled on flow control is told to nobody, and because no
 * handler can send a PING.
 *
 * <p><b>Length:</b> it is what one class of Undertow must be told; each method is a few lines.
 *
 * <p><b>Threads:</b> confined to its IO thread.
 */
final class PushChannel extends Http2Channel implements FrameGate.Watcher {
    private static final byte[] PING = new byte[8];
    private static final int LAST_WORD_MS = 1_000; // In which TCP must take it.
    private static final int LOOK_MS = 20;
    private static final int MANY_REQUESTS = 2_000;
    private static final int MAX_UNREAD = 256;

    private final ClientConnection connection;
    private final XnioLoop loop;
    private final Turns turns;
    final Leftovers leftovers;
    private int unread; // PING and SETTINGS that have come in while TCP took no answer.
    final FlowMeter meter;
    private final TcpConnection socket;
    private final FrameGate gate = new FrameGate(bytes -> super.parseFrame(bytes), this);
    private boolean tooLarge; // The fields of the request that comes next.
    private long restUntilNanos = System.nanoTime();
    private int lastReset;
    private int lastEnded; // The last that was reset, by us or by the peer.
    private boolean held;
    private boolean kept; // Something was queued meanwhile.
    private boolean over; // It has been told so, and nothing more is read.

    PushChannel(
            StreamConnection tcp,
            ByteBufferPool pool,
            PooledByteBuffer read,
            OptionMap options,
            FlowMeter meter,
            TcpConnection socket,
            Turns turns,
            Leftovers.Total leftovers,
            Shards shards,
            Config config) {
        super(tcp, null, pool, read, false, false, options);
        this.loop = new XnioLoop(tcp.getIoThread());
        this.turns = turns;
        this.leftovers = new Leftovers(leftovers, () -> loop.execute(this::calmDown), loop.nanoTime());
        this.meter = meter;
        this.socket = socket;
        this.connection = ClientConnection.of(this, shards, config);
        addCloseTask(closed -> connection.execute(() -> connection.end(EndReason.TCP)));
    }

    @Override
    protected @Nullable AbstractHttp2StreamSourceChannel createChannel(FrameHeaderData header, PooledByteBuffer data)
            throws IOException {
        connection.heard();
        AbstractHttp2StreamSourceChannel frame = super.createChannel(header, data);
        if (frame instanceof Http2StreamSourceChannel request) {
            connection.requestId = request.getStreamId();
            connection.request = request;
            connection.tooLarge = tooLarge;
            tooLarge = false;
            if (connection.open.size() >= getReceiveMaxConcurrentStreams() // Undertow never looks.
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
            leave(reset.getStreamId());
            connection.reset(reset.getStreamId(), left ? EndReason.CLIENT : EndReason.ERROR);
        } else if (frame instanceof Http2PingStreamSourceChannel || frame instanceof Http2SettingsStreamSourceChannel) {
            unread = isJammed() ? unread + 1 : 0;
            if (unread > MAX_UNREAD) { // Each answer that it does not read takes a buffer of 16 kB.
                calmDown();
            }
        }
        return frame;
    }

    @Override
    public void handleWindowUpdate(int streamId, int deltaWindowSize) throws IOException {
        if (!meter.credit(streamId, deltaWindowSize)) { // First: what the peer gives is used in the next line.
            stop(streamId, ERROR_FLOW_CONTROL_ERROR);
            return;
        }
        super.handleWindowUpdate(streamId, deltaWindowSize);
    }

    @Override
    protected @Nullable FrameHeaderData parseFrame(ByteBuffer bytes) throws IOException {
        return gate.next(bytes);
    }

    /** Lets a listener read one frame, when it is this connection's turn. */
    void take(ChannelListener<Http2Channel> listener) {
        long nowNanos = System.nanoTime();
        long waitMs = turns.waitMs(nowNanos);
        if (over || waitMs > 0) {
            rest(waitMs);
        } else {
            listener.handleEvent(this);
            turns.used(System.nanoTime() - nowNanos);
        }
    }

    /** Reads nothing for so long, and nothing ever again once the peer was told to calm down. */
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

    /** Ends the connection of a peer that asks too much (RFC 9113, 10.5). */
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
    public void tooLarge() {
        tooLarge = true;
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
        return meter.setInitial(bytes);
    }

    /** A request has been answered to the end. */
    void answered(int streamId) {
        meter.end(streamId);
    }

    @Override
    public boolean isStream(int streamId) {
        return connection.streams.isStream(streamId);
    }

    @Override
    public void flush() {
        if (held && loop.isCurrent()) {
            kept = true;
        } else {
            super.flush();
        }
    }

    /** From now on, what is queued is kept. */
    void hold() {
        held = true;
    }

    /** Sends what was kept. */
    void release() {
        held = false;
        if (kept) {
            kept = false;
            super.flush();
        }
    }

    @Override
    public void sendRstStream(int streamId, int code) {
        if (streamId == lastReset) {
            return; // Undertow closes the sink before it resets the stream, and that resets it with a code of its own.
        }
        lastReset = streamId;
        meter.end(streamId);
        gate.stop(streamId, getInitialReceiveWindowSize());
        leave(streamId);
        if (code == ERROR_PROTOCOL_ERROR || code == ERROR_FLOW_CONTROL_ERROR) { // The peer has broken the rules.
            connection.streams.willEnd(streamId, EndReason.ERROR);
        }
        super.sendRstStream(streamId, code);
    }

    private void leave(int streamId) {
        if (streamId != lastEnded) {
            lastEnded = streamId;
            leftovers.add();
        }
    }

    /** Undertow forgets streams that were reset more than a minute ago, whenever it looks for one of them. */
    void forgetReset() {
        try {
            super.handleWindowUpdate(lastEnded, 1);
        } catch (IOException e) {
            abort();
        }
    }

    /** Ends the connection after it was told that it is over: Undertow would wait for the peer to end it. */
    @Override
    public void sendGoAway(int code, ChannelExceptionHandler<AbstractHttp2StreamSinkChannel> onFailure) {
        super.sendGoAway(code, onFailure);
        if (code != ERROR_NO_ERROR) {
            connection.streams.willEnd(EndReason.ERROR);
            endAfterLastWord();
        }
    }

    /** Nothing more is read, and the connection ends when TCP has taken all that is queued. */
    private void endAfterLastWord() {
        if (!over) {
            over = true;
            suspendReceives();
            socket.discard(this::abort); // Else the peer, which may read only after it has written, would never read.
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

    /** Whether frames are queued that TCP does not take, the first of them perhaps half sent. */
    boolean isJammed() {
        return isOpen() && getUnderlyingConnection().getSinkChannel().isWriteResumed();
    }

    /** How many bytes TCP has taken. */
    long flowed() {
        return meter.bytes();
    }

    /** Sends a PING (RFC 9113, 6.7); any frame but DATA that comes in later answers it. */
    void ping() {
        sendPing(PING, (AbstractHttp2StreamSinkChannel frame, IOException e) -> abort());
    }

    /** Resets a request of which more may come: answered before it was whole (RFC 9113, 8.1), or one too many. */
    void stop(int streamId, int code) {
        sendRstStream(streamId, code);
    }

    /** Says that this is the end of the connection, for all that was asked has been answered. */
    void goAwayAndClose() {
        sendGoAway(ERROR_NO_ERROR);
        endAfterLastWord();
    }

    /** Closes the connection without a further word. */
    void abort() {
        IoUtils.safeClose(this);
    }
}
