package push.http;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioIoThread;
import push.EventLoop;

/**
 * An XNIO IO thread as the event loop of its connections. Two objects for the same thread are equal.
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
            LostThread.end(); // Without a clock, nothing would ever time out.
        }
    }

    private static void unlessEnded(Runnable asking) {
        try {
            asking.run();
        } catch (RejectedExecutionException e) {
            // The server and all its streams have been closed.
        }
    }

    @Override
    public void executeAfterInput(Runnable task) {
        AfterInput.of(thread).execute(task);
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
