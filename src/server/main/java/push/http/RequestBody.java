package push.http;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;
import push.Stalled;

/**
 * Reads the content of one request within limits: its size, its time, and the memory for all requests.
 *
 * <p>It exists because Undertow's receiver trusts {@code Content-Length} before checking it, resets a request with too
 * much content without a response, and waits forever for slow content.
 *
 * <p><b>Length:</b> it is one body, and each of the ways in which it ends is a method.
 *
 * <p><b>Threads:</b> confined to its exchange's IO thread.
 */
public final class RequestBody implements Stalled.Waiting {
    /** Processes complete content. A problem that it throws is sent as the response. */
    public interface Reader {
        void read(byte[] body) throws Problem;
    }

    /** Counts the size of content that has ended, well or not. */
    interface Toll {
        /** Returns a refusal if the client still owes for earlier content, or else null. */
        @Nullable
        Problem pay(int bytes);
    }

    private static final int AGAIN_MS = 10;
    private final HttpServerExchange exchange;
    private final ClientConnection connection;
    private final Toll toll;
    private final Reader reader;
    private final int declared; // Content-Length, or -1.
    private final int bodyMs;
    private final Blocks blocks = new Blocks();
    private XnioExecutor.Key timeout = () -> true;
    private Runnable suspend = () -> {};
    private long movedNanos = System.nanoTime();
    private boolean done;

    private RequestBody(HttpServerExchange exchange, int declared, int bodyMs, Toll toll, Reader reader) {
        this.exchange = exchange;
        this.connection = ClientConnection.of(exchange);
        this.declared = declared;
        this.bodyMs = bodyMs;
        this.toll = toll;
        this.reader = reader;
    }

    /** Receives content whose size costs nothing. */
    public static void receive(HttpServerExchange exchange, int bodyMs, Reader reader) throws Problem {
        receive(exchange, bodyMs, bytes -> null, reader);
    }

    /**
     * Reads the content, now or as it arrives, and passes it to the reader when its size is paid for. May respond with
     * 413, 408, 503 or what the toll returns.
     */
    static void receive(HttpServerExchange exchange, int bodyMs, Toll toll, Reader reader) throws Problem {
        String length = exchange.getRequestHeaders().getFirst(Headers.CONTENT_LENGTH);
        if (length != null && !FieldBlock.isNumber(length)) {
            throw new Problem(400, "The Content-Length is not a number.");
        } else if (length != null && (length.length() > 9 || Integer.parseInt(length) > Config.MAX_BODY_BYTES)) {
            throw tooLarge();
        }
        RequestBody body =
                new RequestBody(exchange, length == null ? -1 : Integer.parseInt(length), bodyMs, toll, reader);
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
                        () -> end(new Problem(408, "The body did not arrive within " + bodyMs + " ms: send it again.")),
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
                            exchange.getRequestHeaders())) { // The 100 response waits for TCP: retry later.
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
        } catch (RuntimeException e) {
            leave();
            if (!(e.getCause()
                    instanceof IOException)) { // Undertow wraps one when padding comes as the connection ends.
                throw e;
            }
        }
    }

    private void keep(ByteBuffer bytes) {
        movedNanos = System.nanoTime();
        int before = blocks.held();
        blocks.add(bytes, declared);
        connection.stalled().hold(connection.tally(), blocks.held() - before);
        connection.stalled().relieve(); // This may end the request.
    }

    @Override
    public Stalled.Tally tally() {
        return connection.tally();
    }

    @Override
    public long movedNanos() {
        return movedNanos;
    }

    /** Ends the request with 503, because memory is tight and it was chosen. */
    @Override
    public void letGo() {
        end(Problem.tryLater(503, "The server holds as many unfinished requests as it may: try again later.", 1_000));
    }

    /** Refuses the request because the server is shutting down. */
    void refuse() {
        end(Problem.goingDown());
    }

    /** Ends the request because the client has gone. */
    void leave() {
        if (!done) {
            end();
            exchange.endExchange();
        }
    }

    /** Returns a 429 if the client has sent more than it may, or null. */
    private @Nullable Problem end() {
        done = true;
        suspend.run(); // Undertow calls an idle listener in an endless loop.
        timeout.remove();
        connection.bodies.remove(this);
        connection.stalled().removeBody(this);
        connection.stalled().hold(connection.tally(), -blocks.held());
        return toll.pay(blocks.size());
    }

    private void finish() {
        if (!done) {
            Problem tooFast = end();
            try {
                if (tooFast != null) {
                    throw tooFast;
                }
                Http1Gate.refuseIfMalformed(exchange);
                if (declared >= 0 && declared != blocks.size()) { // Undertow resets the stream, but goes on reading.
                    throw new Problem(400, "The body is not as long as its Content-Length says: send as many bytes.");
                }
                reader.read(blocks.take());
            } catch (Problem problem) {
                problem.send(exchange);
            } catch (RuntimeException e) { // A bug of ours; otherwise the client would wait forever.
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
