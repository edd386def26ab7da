package push;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The body of one response, to which a stream is written.
 *
 * <p>The first of the pattern's three seams to the network. A sink may take any part of what it is offered, also none.
 *
 * <p><b>Threads:</b> confined to its connection's event loop.
 */
public interface Sink {
    /** What a sink tells its stream; each may come at any time, also within a call of the stream's own. */
    interface Listener {
        /** Something has moved since {@link #awaitRoom} asked for room: there may be room again. */
        void writable();

        /** The response has ended, or its connection has. Harmless if the stream knows that already. */
        void ended(EndReason reason);
    }

    /** Names the stream that is told; called once, before anything is written. */
    void listen(Listener listener);

    /** Takes as many of these bytes as there is room for, and says how many. */
    int write(ByteBuffer bytes) throws IOException;

    /**
     * Sends what was taken; true if all of it has gone out. Between {@link Transport#hold} and its release it goes no further than
     * the transport, and the answer is false.
     */
    boolean flush() throws IOException;

    /** Says that nothing follows: the next {@link #flush} that is true has sent the end of the response too. */
    void finish() throws IOException;

    /** Whether the listener is to be told when there is room. */
    void awaitRoom(boolean wanted);

    /** Lets go of the response: cuts it where it stands, unless it has gone out to its end. */
    void abort();
}
