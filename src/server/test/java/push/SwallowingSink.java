package push;

import java.nio.ByteBuffer;

/**
 * A sink that takes everything and counts it.
 *
 * <p><b>Threads:</b> confined to one.
 */
class SwallowingSink implements Sink {
    long bytes;
    int writes;
    Listener listener;
    boolean aborted;

    @Override
    public void listen(Listener stream) {
        listener = stream;
    }

    @Override
    public int write(ByteBuffer from) {
        int taken = from.remaining();
        from.position(from.limit());
        bytes += taken;
        writes++;
        return taken;
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public void finish() {}

    @Override
    public void awaitRoom(boolean wanted) {}

    @Override
    public void abort() {
        aborted = true;
    }
}
