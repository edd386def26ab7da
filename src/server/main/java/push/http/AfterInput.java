package push.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelPipe;
import org.xnio.XnioIoThread;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.channels.StreamSourceChannel;

/**
 * The tasks of an IO thread that are to run after it has looked at its sockets.
 *
 * <p>It exists because an IO thread looks at its sockets only when it has no task left, and its timers count whole
 * milliseconds. A byte in a pipe that the thread reads itself is input like any other: when it is seen, all that has
 * arrived on the sockets is seen with it.
 *
 * <p><b>Threads:</b> confined to its IO thread.
 */
final class AfterInput {
    private static final ThreadLocal<AfterInput> OF_THREAD = new ThreadLocal<>();

    private final XnioIoThread thread;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final ByteBuffer bytes = ByteBuffer.allocate(16);
    private @Nullable ChannelPipe<StreamSourceChannel, StreamSinkChannel> pipe;

    private AfterInput(XnioIoThread thread) {
        this.thread = thread;
    }

    /** Returns that of the current thread, which must be this one. */
    static AfterInput of(XnioIoThread thread) {
        AfterInput known = OF_THREAD.get();
        if (known == null) {
            known = new AfterInput(thread);
            OF_THREAD.set(known);
        }
        return known;
    }

    void execute(Runnable task) {
        try {
            if (pipe == null) {
                pipe = thread.createHalfDuplexPipe();
                pipe.getLeftSide().getReadSetter().set(this::read);
                pipe.getLeftSide().resumeReads();
            }
            pipe.getRightSide().write(bytes.clear().limit(1));
            tasks.add(task);
        } catch (IOException e) { // The process may have no file handle left.
            thread.executeAfter(task, 1, TimeUnit.MILLISECONDS);
        }
    }

    private void read(StreamSourceChannel source) {
        try {
            source.read(bytes.clear());
        } catch (IOException e) {
            throw new IllegalStateException("A pipe of the process to itself has failed", e);
        }
        for (int i = tasks.size(); i > 0; i--) {
            thread.execute(tasks.remove()); // After the sockets that are ready now have been served.
        }
    }
}
