package push;

/**
 * The one thread that serves a set of connections, and its clock.
 *
 * <p>The pattern runs on it and reads the time from nowhere else, so a test can drive thousands of streams in virtual
 * time: all that it replaces is this, {@link Sink} and {@link Transport}.
 *
 * <p><b>Threads:</b> {@link #execute}, {@link #executeAfter} and {@link #isCurrent}: any thread.
 */
public interface EventLoop {
    /** Runs a task on the loop's thread, after those that were given before; drops it once the loop has ended. */
    void execute(Runnable task);

    /** Runs a task on the loop's thread after some milliseconds, or later; drops it once the loop has ended. */
    void executeAfter(Runnable task, long ms);

    /** The time in nanoseconds from an arbitrary start, which never goes back. */
    long nanoTime();

    /** Whether the caller runs on the loop's thread. */
    boolean isCurrent();
}
