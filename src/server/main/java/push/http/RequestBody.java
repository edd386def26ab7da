package push.http;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;
import push.Stalled;

/**
 * The body of one request, read as it comes, within a size and a time, and within what all bodies together may take.
 *
 * <p>It exists because Undertow's own receiver believes {@code Content-Length} before it checks it, answers a body
 * that is too large by a reset without a response, and waits for a slow one for ever.
 *
 * <p><b>Threads:</b> confined to its exchange's IO thread.
 */
public final class RequestBody implements Stalled.Waiting {
    /** Does something with a whole body; a problem that it throws is sent. */
    public interface Reader {
        void read(byte[] body) throws Problem;
    }

    private static final int AGAIN_MS = 10;
    private final HttpServerExchange exchange;
    private final ClientConnection connection;
    private final Reader reader;
    private final int declared; // Content-Length, or -1.
    private final int bodyMs;
    private final Blocks blocks = new Blocks();
    private XnioExecutor.Key timeout = () -> true;
    private Runnable suspend = () -> {};
    private long movedNanos = System.nanoTime();
    private boolean done;

    private RequestBody(HttpServerExchange exchange, int declared, int bodyMs, Reader reader) {
        this.exchange = exchange;
        this.connection = ClientConnection.of(exchange);
        this.declared = declared;
        this.bodyMs = bodyMs;
        this.reader = reader;
    }

    /** Reads the body, now or when it has come, and gives it to the reader; 413, 408 and 503 are sent from here. */
    public static void receive(HttpServerExchange exchange, int bodyMs, Reader reader) throws Problem {
        String length = exchange.getRequestHeaders().getFirst(Headers.CONTENT_LENGTH);
        if (length != null && !length.matches("\\d+")) {
            throw new Problem(400, "The Content-Length is not a number.");
        } else if (length != null && (length.length() > 9 || Integer.parseInt(length) > Config.MAX_BODY_BYTES)) {
            throw tooLarge();
        }
        RequestBody body = new RequestBody(exchange, length == null ? -1 : Integer.parseInt(length), bodyMs, reader);
        exchange.dispatch(SameThreadExecutor.INSTANCE, body::start);
    }

    private static Problem tooLarge() {
        return new Problem(413, "The body is larger than " + Config.MAX_BODY_BYTES + " bytes: send less.");
    }

    private void start() {
        StreamSourceChannel channel = exchange.getRequestChannel();
        if (channel == null) {
            finish();
            return;
        }
        connection.bodies.add(this);
        channel.getReadSetter().set(this::readSome);
        suspend = channel::suspendReads;
        timeout = exchange.getIoThread()
                .executeAfter(
                        () -> end(new Problem(408, "The body did not come within " + bodyMs + " ms: send it again.")),
                        bodyMs,
                        TimeUnit.MILLISECONDS);
        channel.resumeReads();
        readSome(channel);
        if (!done) { // It waits for its client.
            connection.stalled().addBody(this);
            connection.keep(exchange);
        }
    }

    private void readSome(StreamSourceChannel channel) {
        try (PooledByteBuffer pooled =
                exchange.getConnection().getByteBufferPool().allocate()) {
            ByteBuffer buffer = pooled.getBuffer();
            while (!done) {
                int count = channel.read(buffer.clear());
                if (count == 0) {
                    if (HttpContinue.requiresContinueResponse(
                            exchange.getRequestHeaders())) { // It waits for TCP: look again later.
                        channel.suspendReads();
                        exchange.getIoThread().executeAfter(() -> readSome(channel), AGAIN_MS, TimeUnit.MILLISECONDS);
                    }
                    return;
                } else if (count < 0) {
                    finish();
                    return;
                } else if (blocks.size() + count > Config.MAX_BODY_BYTES) {
                    end(tooLarge());
                } else {
                    keep(buffer.flip());
                }
            }
        } catch (IOException e) {
            leave();
        }
    }

    private void keep(ByteBuffer bytes) {
        movedNanos = System.nanoTime();
        int before = blocks.held();
        blocks.add(bytes, declared);
        connection.stalled().hold(connection.tally(), blocks.held() - before);
        connection.stalled().relieve(); // Which may end this body.
    }

    @Override
    public Stalled.Tally tally() {
        return connection.tally();
    }

    @Override
    public long movedNanos() {
        return movedNanos;
    }

    /** Memory is tight, and this body is one of those that have come in for longest. */
    @Override
    public void letGo() {
        end(Problem.tryLater(503, "The server holds as many unfinished requests as it may: try again later.", 1_000));
    }

    /** The server is going down. */
    void refuse() {
        end(Problem.goingDown());
    }

    /** The client has gone. */
    void leave() {
        if (!done) {
            end();
            exchange.endExchange();
        }
    }

    private void end() {
        done = true;
        suspend.run(); // Undertow calls a listener that reads nothing again, and does nothing else.
        timeout.remove();
        connection.bodies.remove(this);
        connection.stalled().removeBody(this);
        connection.stalled().hold(connection.tally(), -blocks.held());
    }

    private void finish() {
        if (!done) {
            end();
            try {
                Http1Gate.refuseIfMalformed(exchange);
                if (declared >= 0 && declared != blocks.size()) { // Undertow resets the stream, but reads on.
                    throw new Problem(400, "The body is not as long as its Content-Length says: send as many bytes.");
                }
                reader.read(blocks.take());
            } catch (Problem problem) {
                problem.send(exchange);
            } catch (RuntimeException e) { // A fault of ours; without an answer the client would wait for ever.
                Problem.failed().send(exchange);
                throw e;
            }
        }
    }

    private void end(Problem problem) {
        if (!done) {
            end();
            blocks.clear();
            problem.send(exchange);
        }
    }
}
