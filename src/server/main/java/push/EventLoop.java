package push;

/**
 * The single thread that serves a set of connections, and its clock.
 *
 * <p>The pattern runs on this thread and has no other clock. A test can therefore run thousands of streams in virtual
 * time by replacing only this interface, {@link Sink} and {@link Transport}.
 *
 * <p><b>Threads:</b> {@link #execute}, {@link #executeAfter} and {@link #isCurrent}: any thread.
 */
public interface EventLoop {
    /** Runs a task on the loop's thread, after all tasks submitted earlier. Drops the task if the loop has ended. */
    void execute(Runnable task);

    /** Runs a task on the loop's thread after at least this many milliseconds. Drops the task if the loop has ended. */
    void executeAfter(Runnable task, long ms);

    /** Runs a task on the loop's thread after the input that has arrived has been read. That thread only. */
    void executeAfterInput(Runnable task);

    /** Returns the time in nanoseconds since an arbitrary origin. It never decreases. */
    long nanoTime();

    /** Returns whether the caller is running on the loop's thread. */
    boolean isCurrent();
}
