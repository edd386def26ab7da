package push;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The newest messages of a log in the plain formats, each encoded once for all streams.
 *
 * <p><b>Threads:</b> any thread, no lock.
 */
final class Snapshots {
    /** A snapshot, and the position of its newest message. */
    private record Snapshot(long newest, ByteSlice bytes) {}

    private final LongFunction<@Nullable Message> messageAt;
    private final int count;
    // Volatile: caches; losing a race on one costs one more encoding and nothing else.
    private volatile Snapshot messages = new Snapshot(-1, ByteSlice.of(new byte[0]));
    private volatile Snapshot msg = messages;

    /**
     * Creates snapshots of so many messages.
     *
     * @param messageAt returns the message at a position, or null if it is not kept
     */
    Snapshots(LongFunction<@Nullable Message> messageAt, int count) {
        this.messageAt = messageAt;
        this.count = count;
    }

    /**
     * Returns the newest messages, newest first.
     *
     * @param newest the position of the newest message to include
     */
    ByteSlice get(Wire wire, long newest) {
        Snapshot cached = wire == Wire.MSG ? msg : messages;
        if (cached.newest != newest) {
            cached = new Snapshot(newest, encode(wire, newest));
            if (wire == Wire.MSG) {
                msg = cached;
            } else {
                messages = cached;
            }
        }
        return cached.bytes;
    }

    private ByteSlice encode(Wire wire, long newest) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(("{\"" + wire.key + "\":[").getBytes(StandardCharsets.US_ASCII));
        for (long position = newest; position > newest - count; position--) {
            Message message = messageAt.apply(position);
            if (message == null) {
                break;
            }
            if (position < newest) {
                out.write(',');
            }
            message.writeTo(out);
        }
        out.writeBytes("]}\n".getBytes(StandardCharsets.US_ASCII));
        return ByteSlice.of(out.toByteArray());
    }
}
