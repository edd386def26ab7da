package push;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A sink that takes everything and counts it.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class SwallowingSink implements WritableByteChannel {
    long bytes;

    @Override
    public int write(ByteBuffer from) {
        int taken = from.remaining();
        from.position(from.limit());
        bytes += taken;
        return taken;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
