package push;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;

/**
 * The body of one request, read as it comes, within a size and a time.
 *
 * <p>It exists because Undertow's own receiver believes {@code Content-Length} before it checks it, answers a body
 * that is too large by a reset without a response, and waits for a slow one for ever.
 *
 * <p><b>Threads:</b> confined to its exchange's IO thread.
 */
public final class Body {
    /** Does something with a whole body; a problem that it throws is sent. */
    public interface Reader {
        void read(byte[] body) throws Problem;
    }

    private static final int AGAIN_MS = 10;
    private final HttpServerExchange exchange;
    private final Reader reader;
    private final int declared; // Content-Length, or -1.
    private final int bodyMs;
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private XnioExecutor.Key timeout = () -> true;
    private Runnable suspend = () -> {};
    private boolean done;

    private Body(HttpServerExchange exchange, int declared, int bodyMs, Reader reader) {
        this.exchange = exchange;
        this.declared = declared;
        this.bodyMs = bodyMs;
        this.reader = reader;
    }

    /** Reads the body, now or when it has come, and gives it to the reader; 413 and 408 are sent from here. */
    public static void receive(HttpServerExchange exchange, int bodyMs, Reader reader) throws Problem {
        String length = exchange.getRequestHeaders().getFirst(Headers.CONTENT_LENGTH);
        if (length != null && !length.matches("\\d+")) {
            throw new Problem(400, "The Content-Length is not a number.");
        } else if (length != null && (length.length() > 9 || Integer.parseInt(length) > Config.MAX_BODY_BYTES)) {
            throw tooLarge();
        }
        Body body = new Body(exchange, length == null ? -1 : Integer.parseInt(length), bodyMs, reader);
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
        Connection.of(exchange).bodies.add(this);
        channel.getReadSetter().set(this::readSome);
        suspend = channel::suspendReads;
        timeout = exchange.getIoThread()
                .executeAfter(
                        () -> end(new Problem(408, "The body did not come within " + bodyMs + " ms: send it again.")),
                        bodyMs,
                        TimeUnit.MILLISECONDS);
        channel.resumeReads();
        readSome(channel);
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
                }
                byte[] bytes = new byte[buffer.flip().remaining()];
                buffer.get(bytes);
                read.writeBytes(bytes);
                if (read.size() > Config.MAX_BODY_BYTES) {
                    end(tooLarge());
                }
            }
        } catch (IOException e) {
            end(); // The client has gone.
            exchange.endExchange();
        }
    }

    /** The server is going down. */
    void refuse() {
        end(Problem.goingDown());
    }

    private void end() {
        done = true;
        suspend.run(); // Undertow calls a listener that reads nothing again, and does nothing else.
        timeout.remove();
        Connection.of(exchange).bodies.remove(this);
    }

    private void finish() {
        if (!done) {
            end();
            try {
                Http1Gate.refuseIfMalformed(exchange);
                if (declared >= 0 && declared != read.size()) { // Undertow resets the stream, but reads on.
                    throw new Problem(400, "The body has not the Content-Length that was declared.");
                }
                reader.read(read.toByteArray());
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
            problem.send(exchange);
        }
    }
}
