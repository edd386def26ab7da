package push.http;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioIoThread;
import push.EventLoop;

/**
 * An IO thread of XNIO as the event loop of the connections that it serves. Two of one thread are equal.
 *
 * <p><b>Threads:</b> immutable.
 */
record XnioLoop(XnioIoThread thread) implements EventLoop {
    @Override
    public void execute(Runnable task) {
        unlessEnded(() -> thread.execute(task));
    }

    @Override
    public void executeAfter(Runnable task, long ms) {
        try {
            unlessEnded(() -> thread.executeAfter(task, ms, TimeUnit.MILLISECONDS));
        } catch (Error e) {
            LostThread.end(); // Without a clock nothing here would ever end again.
        }
    }

    private static void unlessEnded(Runnable asking) {
        try {
            asking.run();
        } catch (RejectedExecutionException e) {
            // The server has been closed, and every stream with it.
        }
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public boolean isCurrent() {
        return thread == Thread.currentThread();
    }
}
