package raced;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Its IO thread says that it writes until it has, so what is added after its last look stays on the queue. */
public final class Flagged implements LongSupplier, Runnable, AutoCloseable {
    private final Queue<Long> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean writing = new AtomicBoolean();
    private final AtomicLong written = new AtomicLong();
    private final ExecutorService io = Executors.newSingleThreadExecutor(task -> new Thread(task, "raced I/O-1"));

    /** Adds one. */
    @Override
    public void run() {
        queue.add(1L);
        if (writing.compareAndSet(false, true)) {
            io.execute(this::drain);
        }
    }

    private void drain() {
        for (var next = queue.poll(); next != null; next = queue.poll()) {
            written.addAndGet(next);
        }
        writing.set(false);
    }

    /** Returns the number of those that have been written. */
    @Override
    public long getAsLong() {
        return written.get();
    }

    @Override
    public void close() {
        io.shutdown();
    }
}
