package push.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSinkChannel;
import push.Sink;

/**
 * The DATA frames of one stream, which the connection's {@link Outbox} composes.
 *
 * <p>It exists to send a stream past Undertow, which sends only its HEADERS and its end. When the client or TCP has no
 * room, the stream waits here for a WINDOW_UPDATE, a SETTINGS, or the socket.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class DataFrames {
    /** The most that is accepted before a flush. Then other connections get their turn. */
    private static final int MOST = 16 * 1024;

    private final PushChannel channel;
    private final FlowMeter.Window window;
    private final int id;
    private int accepted; // Since the last flush.
    private Sink.@Nullable Listener waiting;

    DataFrames(PushChannel channel, FlowMeter.Window window, int id) {
        this.channel = channel;
        this.window = window;
        this.id = id;
    }

    /**
     * Sends the header section, in the TLS record of the DATA that follows.
     *
     * @return whether it has been sent
     */
    boolean begin(StreamSinkChannel response) throws IOException {
        return channel.begin(response);
    }

    /** Accepts as many of these bytes as there is room for and returns how many. */
    int write(ByteBuffer bytes) throws IOException {
        int count = accepted >= MOST ? 0 : channel.data(window, id, bytes);
        accepted += count;
        return count;
    }

    /** Returns whether everything has been sent, after trying to send it. */
    boolean flush() throws IOException {
        boolean isSent = channel.isSent();
        accepted = isSent ? 0 : accepted;
        return isSent;
    }

    /** Returns whether bytes could be sent now. */
    boolean hasRoom() {
        return channel.meter.room(window) > 0;
    }

    /** Notifies this listener whenever there is room, or none. */
    void await(Sink.@Nullable Listener listener) {
        if (listener == null && waiting != null) {
            channel.goOn(this);
        } else if (listener != null) {
            channel.await(this);
        }
        waiting = listener;
    }

    /** Tells the listener that there is room. */
    void tell() {
        Sink.Listener told = waiting;
        if (told != null) {
            told.writable();
        }
    }
}
