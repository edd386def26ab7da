package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import push.EndReason;
import push.Sink;

/**
 * Writes a stream to the response of an exchange. In HTTP/2, Undertow sends the HEADERS and the end, and
 * {@link DataFrames} what is between them.
 *
 * <p><b>Threads:</b> confined to its exchange's IO thread.
 */
final class ExchangeSink implements Sink {
    private final HttpServerExchange exchange;
    private final ClientConnection connection;
    private final StreamSinkChannel channel;
    private final StreamSink chunks;
    private final @Nullable DataFrames frames; // Null unless this is HTTP/2 over our own channel.
    private @Nullable Listener listener;
    private boolean wanted; // The stream waits for room.
    private boolean begun; // The header section has been sent.
    private boolean finishing; // Nothing follows the written bytes.
    private boolean shut; // The channel knows that nothing follows.
    private boolean complete; // Everything has been sent, including the end.
    private boolean aborted;

    ExchangeSink(HttpServerExchange exchange, ClientConnection connection, @Nullable DataFrames frames) {
        this.frames = frames;
        this.exchange = exchange;
        this.connection = connection;
        this.channel = exchange.getResponseChannel();
        this.chunks = new StreamSink(channel, exchange.getResponseHeaders().contains(Headers.TRANSFER_ENCODING));
    }

    @Override
    public void listen(Listener told) {
        listener = told;
        // A reset or lost connection is reported only through the write listener, and only if there is one.
        channel.getWriteSetter().set(moved -> moved(told));
        exchange.addExchangeCompleteListener((done, next) -> {
            told.ended(EndReason.TCP);
            next.proceed();
        });
    }

    private void moved(Listener told) {
        boolean broken = false;
        try {
            channel.flush(); // If the channel has ended, this completes the exchange.
            flush();
        } catch (IOException e) {
            broken = true;
        }
        if (aborted) {
            channel.suspendWrites(); // Undertow closes a channel whose listener is idle.
        } else if (broken || !channel.isOpen()) {
            told.ended(EndReason.TCP);
        } else {
            if (isInFrames()) { // Undertow has done its part: the stream waits elsewhere.
                awaitRoom(wanted);
                channel.suspendWrites();
            }
            told.writable();
        }
    }

    /** Returns whether what is to be sent next does not pass through Undertow. */
    private boolean isInFrames() {
        return frames != null && begun && !shut;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (frames == null) {
            return chunks.write(bytes);
        }
        return hasBegun(frames) ? frames.write(bytes) : 0;
    }

    /** Sends the header section if that is still to be done. Returns whether it has been sent. */
    private boolean hasBegun(DataFrames after) throws IOException {
        begun = begun || after.begin(channel);
        return begun;
    }

    @Override
    public boolean flush() throws IOException {
        if (frames == null ? !chunks.finishBegun() : !hasBegun(frames)) {
            return false;
        }
        if (finishing && !shut) {
            shut = true;
            channel.shutdownWrites();
        }
        if (frames != null) {
            boolean isSent = frames.flush();
            if (!isSent || !shut) {
                return isSent;
            }
        }
        boolean flushed = channel.flush();
        if (flushed) { // Again: when a small window splits a frame, the first result covers only the first part.
            flushed = channel.flush();
        }
        complete = shut && flushed;
        return flushed;
    }

    @Override
    public void finish() {
        finishing = true;
    }

    @Override
    public void awaitRoom(boolean isWanted) {
        wanted = isWanted;
        if (frames != null && isInFrames()) {
            frames.await(isWanted ? listener : null);
        } else if (isWanted) {
            channel.resumeWrites();
        }
        if (!isWanted) {
            channel.suspendWrites();
        }
    }

    @Override
    public void abort() {
        aborted = true;
        if (frames != null) {
            frames.await(null);
        }
        Limits.release(exchange);
        connection.ended(exchange);
        connection.finish(() -> cut(exchange, channel));
        if (complete) { // Ending the exchange would wait for an endless request.
            connection.stopRequest(exchange);
        }
    }

    /** Cuts a response short. Returns whether its connection is still there: over HTTP/1.1 it is cut too. */
    static boolean cut(HttpServerExchange exchange, StreamSinkChannel channel) {
        if (!exchange.isResponseComplete() && Http1Watch.cut(exchange)) {
            return false;
        }
        IoUtils.safeClose(channel);
        try {
            channel.flush(); // Completes the exchange, which closing alone does not.
        } catch (IOException e) {
            // The channel was already broken.
        }
        return true;
    }
}
