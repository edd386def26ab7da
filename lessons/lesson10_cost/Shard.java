package lesson10_cost;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The streams of one IO thread, to which all but {@code woken} is confined. */
final class Shard {
    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Executor ioThread;
    private final Log log;
    private final AtomicInteger open;
    private final List<Stream> streams = new ArrayList<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Runnable round = this::round;
    private ByteBuffer shared = NOTHING; // The record of one message, for all streams that are at its place.
    private long sharedSequence;

    /** @param open counts the streams of all shards */
    Shard(Executor ioThread, Log log, AtomicInteger open) {
        this.ioThread = ioThread;
        this.log = log;
        this.open = open;
    }

    void add(Stream stream) {
        streams.add(stream);
        open.incrementAndGet();
        stream.tick();
    }

    void remove(Stream stream) {
        if (streams.remove(stream)) {
            open.decrementAndGet();
        }
    }

    boolean holds(Stream stream) {
        return streams.contains(stream);
    }

    void wake() {
        if (woken.compareAndSet(false, true)) {
            ioThread.execute(round);
        }
    }

    private void round() {
        woken.set(false); // Before the log is read: what comes after this wakes the shard again.
        for (int i = streams.size() - 1; i >= 0; i--) {
            streams.get(i).drain();
        }
    }

    /** The record of a message from its first byte, or nothing if it has been overwritten. */
    ByteBuffer record(long sequence) {
        if (sequence != sharedSequence) {
            byte[] json = log.get(sequence).map(Log.Entry::json).orElse(new byte[0]);
            shared = json.length == 0
                    ? NOTHING
                    : ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n');
            sharedSequence = sequence;
        }
        return shared.rewind();
    }
}
