package lesson10_cost;

import static java.nio.charset.StandardCharsets.UTF_8;

import given.OpenResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import push.http.Config;

/** An open response and its place in the log. Confined to its IO thread. */
final class Stream {
    private final OpenResponse response;
    private final Shard shard;
    private final Log log;
    private final Config config;
    private long place; // The sequence of the last message of which something was written.
    private ByteBuffer rest; // Of that message, or a record that goes before all that follows.
    private boolean waiting; // Something is left to be taken.
    private long movedNanos = System.nanoTime(); // When something was taken last.

    Stream(OpenResponse response, Shard shard, Log log, Config config) {
        this.response = response;
        this.shard = shard;
        this.log = log;
        this.config = config;
        begin("new");
        response.whenRoom(() -> {
            movedNanos = System.nanoTime();
            drain();
        });
    }

    private void begin(String reason) {
        place = log.historyPlace();
        rest = encode(start(reason));
    }

    /** Writes what is taken now. When there is room for the rest, it is called again. */
    void drain() {
        try {
            if (!response.isOpen()) {
                shard.remove(this);
                return;
            }
            boolean room = true;
            while (room && (rest.hasRemaining() || place < log.newest())) {
                room = rest.hasRemaining() ? write(rest) : writeNext();
            }
            waiting = !response.flush() || !room;
        } catch (IOException e) {
            response.abort(); // After which this is called once more.
        }
    }

    private boolean writeNext() throws IOException {
        ByteBuffer record = shard.record(place + 1);
        if (record == Shard.NOTHING) { // The log has gone on without this stream.
            begin("lapped");
            return true;
        }
        if (!write(record)) {
            return false;
        }
        place++;
        rest = record.hasRemaining() ? record.slice() : Shard.NOTHING;
        return true;
    }

    private boolean write(ByteBuffer bytes) throws IOException {
        boolean taken = response.write(bytes) > 0;
        movedNanos = taken ? System.nanoTime() : movedNanos;
        return taken;
    }

    /** Looks at the clock: a heartbeat if there was nothing to write for a while, the end if nothing is taken. */
    void tick() {
        drain();
        long quietMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - movedNanos);
        if (waiting && quietMs >= config.stallMs()) {
            response.abort();
        } else if (!waiting && quietMs >= config.heartbeatMs()) {
            rest = encode("{\"type\":\"heartbeat\",\"id\":\"" + log.id(place) + "\"}\n");
            drain();
        }
        if (shard.holds(this)) {
            response.executeAfter(this::tick, Math.max(1, Math.min(config.heartbeatMs(), config.stallMs()) / 8));
        }
    }

    /** The first record, and the first after a loss: where the stream goes on, and how long a silence is normal. */
    private String start(String reason) {
        return "{\"type\":\"start\",\"resumed\":false,\"reason\":\"" + reason + "\",\"heartbeatMs\":"
                + config.heartbeatMs() + "}\n";
    }

    private static ByteBuffer encode(String records) {
        return ByteBuffer.wrap(records.getBytes(UTF_8));
    }
}
