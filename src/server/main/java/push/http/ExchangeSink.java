package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import push.EndReason;
import push.Sink;

/**
 * Writes a stream to the response of an exchange.
 *
 * <p><b>Threads:</b> confined to its exchange's IO thread.
 */
final class ExchangeSink implements Sink {
    private final HttpServerExchange exchange;
    private final ClientConnection connection;
    private final StreamSinkChannel channel;
    private final StreamSink chunks;
    private boolean finishing; // Nothing follows the written bytes.
    private boolean shut; // The channel knows that nothing follows.
    private boolean complete; // Everything has been sent, including the end.
    private boolean aborted;

    ExchangeSink(HttpServerExchange exchange, ClientConnection connection) {
        this.exchange = exchange;
        this.connection = connection;
        this.channel = exchange.getResponseChannel();
        this.chunks = new StreamSink(channel, exchange.getResponseHeaders().contains(Headers.TRANSFER_ENCODING));
    }

    @Override
    public void listen(Listener listener) {
        // A reset or lost connection is reported only through the write listener, and only if there is one.
        channel.getWriteSetter().set(moved -> moved(listener));
        exchange.addExchangeCompleteListener((done, next) -> {
            listener.ended(EndReason.TCP);
            next.proceed();
        });
    }

    private void moved(Listener listener) {
        boolean broken = false;
        try {
            flush(); // If the channel has ended, this completes the exchange.
        } catch (IOException e) {
            broken = true;
        }
        if (aborted) {
            channel.suspendWrites(); // Undertow closes a channel whose listener is idle.
        } else if (broken || !channel.isOpen()) {
            listener.ended(EndReason.TCP);
        } else {
            listener.writable();
        }
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        return chunks.write(bytes);
    }

    /** Flushes twice: when a small window splits a frame, the first result covers only the first part. */
    @Override
    public boolean flush() throws IOException {
        if (!chunks.finishBegun()) {
            return false;
        }
        if (finishing && !shut) {
            shut = true;
            channel.shutdownWrites();
        }
        boolean flushed = channel.flush();
        if (flushed) {
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
    public void awaitRoom(boolean wanted) {
        if (wanted) {
            channel.resumeWrites();
        } else {
            channel.suspendWrites();
        }
    }

    @Override
    public void abort() {
        aborted = true;
        Limits.release(exchange);
        connection.ended(exchange);
        connection.finish(this::close);
        if (complete) { // Ending the exchange would wait for an endless request.
            connection.stopRequest(exchange);
        }
    }

    private void close() {
        if (!exchange.isResponseComplete() && Http1Watch.cut(exchange)) {
            return;
        }
        IoUtils.safeClose(channel);
        try {
            channel.flush(); // Completes the exchange, which closing alone does not.
        } catch (IOException e) {
            // The channel was already broken.
        }
    }
}
