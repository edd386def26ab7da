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
 * The response of an exchange as the sink of a stream.
 *
 * <p><b>Threads:</b> confined to its exchange's IO thread.
 */
final class ExchangeSink implements Sink {
    private final HttpServerExchange exchange;
    private final ClientConnection connection;
    private final StreamSinkChannel channel;
    private final StreamSink chunks;
    private boolean finishing; // Nothing follows what was written.
    private boolean shut; // The channel knows that.
    private boolean complete; // All has gone out, the end included.
    private boolean aborted;

    ExchangeSink(HttpServerExchange exchange, ClientConnection connection) {
        this.exchange = exchange;
        this.connection = connection;
        this.channel = exchange.getResponseChannel();
        this.chunks = new StreamSink(channel, exchange.getResponseHeaders().contains(Headers.TRANSFER_ENCODING));
    }

    @Override
    public void listen(Listener listener) {
        // A reset or a lost connection is told through the write listener alone, and only if there is one.
        channel.getWriteSetter().set(moved -> moved(listener));
        exchange.addExchangeCompleteListener((done, next) -> {
            listener.ended(EndReason.TCP);
            next.proceed();
        });
    }

    private void moved(Listener listener) {
        boolean broken = false;
        try {
            flush(); // On a channel that has ended, this completes the exchange.
        } catch (IOException e) {
            broken = true;
        }
        if (aborted) {
            channel.suspendWrites(); // Undertow closes a channel whose listener does nothing.
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

    /** Asks twice: where a small window cuts a frame, the first answer is of the part alone. */
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
        if (complete) { // To end the exchange would wait for a request that has no end.
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
            // It was broken already, which is why we are here.
        }
    }
}
