package given;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/**
 * A response that has begun and does not end. Here is all that Undertow wants to be told about one; what the response holds, and
 * when, is yours.
 *
 * <p><b>Threads:</b> one at a time; from {@link #whenRoom} on, the IO thread of its connection alone.
 */
public final class OpenResponse {
    private final StreamSinkChannel sink;
    private boolean full; // The last write took only a part.
    private boolean listening;

    private OpenResponse(HttpServerExchange exchange) {
        sink = exchange.getResponseChannel();
    }

    // Lesson 01.

    /** Answers 200 and hands you the response, on a worker thread. It goes on after {@code opened} has returned. */
    public static void hold(HttpServerExchange exchange, String contentType, Consumer<OpenResponse> opened) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, contentType);
        // Undertow ends an exchange when its handler returns, unless it was dispatched.
        exchange.dispatch(() -> opened.accept(new OpenResponse(exchange)));
    }

    /** Takes as many of these bytes as there is room for, perhaps none, and returns how many. They leave when its buffer is full. */
    public synchronized int write(ByteBuffer bytes) throws IOException {
        check();
        int taken = sink.write(bytes);
        full = bytes.hasRemaining();
        return taken;
    }

    /** Sends what has been taken, and the head, without waiting for a full buffer. Returns whether all of it has gone out. */
    public synchronized boolean flush() throws IOException {
        check();
        if (onIoThread()) {
            return flushNow();
        }
        var asked = new FutureTask<>(this::flushNow);
        sink.getIoThread().execute(asked);
        try {
            return asked.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Asked twice: where a window cuts what was taken, Undertow's first yes is for the part that has gone out. */
    private boolean flushNow() throws IOException {
        boolean said = sink.flush();
        boolean all = said && sink.flush();
        if (listening && all && !full) {
            sink.suspendWrites(); // Undertow ends a response that waits for room and has nothing to write.
        } else if (listening) {
            sink.resumeWrites();
        }
        return all;
    }

    // Lesson 03.

    /** Waits until there may be room again. Not on an IO thread, which serves other connections meanwhile. */
    public void awaitRoom() throws IOException {
        if (onIoThread()) {
            throw new IllegalStateException("an IO thread must not wait: write what is taken now, and return");
        }
        sink.awaitWritable();
    }

    // Lesson 05.

    /** Runs the task on this response's IO thread, after those that were handed over before. A task there must not wait. */
    public void execute(Runnable task) {
        sink.getIoThread().execute(task);
    }

    /** Has the task called on the IO thread when there is room again, if flush was called and not all is out, and at the end. */
    public synchronized void whenRoom(Runnable task) {
        listening = true;
        sink.getWriteSetter().set(writable -> {
            sink.suspendWrites();
            task.run();
        });
    }

    // Lesson 07.

    /** Whether the client is still there, as far as is known. */
    public boolean isOpen() throws IOException {
        check();
        sink.flush(); // On a sink that has ended this completes the exchange, which closing alone does not.
        return sink.isOpen();
    }

    // Lesson 08.

    /** Runs the task on the IO thread after this time. */
    public void executeAfter(Runnable task, long ms) {
        sink.getIoThread().executeAfter(task, ms, TimeUnit.MILLISECONDS);
    }

    /** Resets the stream. The task of {@link #whenRoom} is called once more. */
    public void abort() {
        IoUtils.safeClose(sink);
    }

    // Lesson 10.

    /** The IO thread of this response, which is that of many others too. */
    public Executor ioThread() {
        return sink.getIoThread();
    }

    private boolean onIoThread() {
        return Thread.currentThread() == sink.getIoThread();
    }

    private void check() {
        if (listening && !onIoThread()) {
            throw new IllegalStateException(
                    "a response with a listener is used on its IO thread alone: response.execute(this::drain)");
        }
    }
}
