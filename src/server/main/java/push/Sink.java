package push;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The content of one response, to which a stream is written.
 *
 * <p>The first of the pattern's three interfaces to the network. A sink may accept any part of the bytes offered, or
 * none.
 *
 * <p><b>Threads:</b> confined to its connection's event loop.
 */
public interface Sink {
    /** The events that a sink reports to its stream. Each may occur at any time, even during a call by the stream. */
    interface Listener {
        /** Progress was made after {@link #awaitRoom} asked for room. There may be room again. */
        void writable();

        /** The response or its connection has ended. Harmless if the stream already knows. */
        void ended(EndReason reason);
    }

    /** Sets the stream that receives events. Called once, before anything is written. */
    void listen(Listener listener);

    /** Accepts as many of these bytes as fit and returns how many. */
    int write(ByteBuffer bytes) throws IOException;

    /**
     * Sends the accepted bytes. Returns true if all of them have been sent. Between {@link Transport#hold} and
     * {@link Transport#release} the bytes stay in the transport, and the result is false.
     */
    boolean flush() throws IOException;

    /** Marks the end of the response. When {@link #flush} next returns true, the end has been sent as well. */
    void finish() throws IOException;

    /** Sets whether the listener is notified when there is room. */
    void awaitRoom(boolean wanted);

    /** Releases the response. Truncates it unless it has been sent completely. */
    void abort();
}
