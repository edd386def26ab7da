package lesson11_resume;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The streams of one IO thread, to which all but {@code woken} is confined. */
final class Shard {
    /** The record of one message, for all streams that are at its place. */
    private record Shared(long sequence, ByteBuffer bytes) {}

    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Executor ioThread;
    private final Log log;
    private final AtomicInteger open;
    private final List<Stream> streams = new ArrayList<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Runnable round = this::round;
    private final Map<Form, Shared> shared = new EnumMap<>(Form.class);

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
    ByteBuffer record(Form form, long sequence) {
        Shared last = shared.get(form);
        if (last == null || last.sequence != sequence) {
            last = new Shared(
                    sequence,
                    log.get(sequence).map(entry -> encode(form, entry)).orElse(NOTHING));
            shared.put(form, last);
        }
        return last.bytes.rewind();
    }

    private static ByteBuffer encode(Form form, Log.Entry entry) {
        return ByteBuffer.wrap(form.record("message", entry.id(), new String(entry.json(), UTF_8)));
    }
}
