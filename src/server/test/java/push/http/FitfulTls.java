package push.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.WriteReadyHandler;

/** A conduit that takes a random number of bytes at a time, and often none. */
final class FitfulTls implements StreamSinkConduit {
    private final Random random;
    private boolean resumed;
    final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    boolean isGenerous; // From now on it takes everything.

    FitfulTls(Random random) {
        this.random = random;
    }

    @Override
    public int write(ByteBuffer bytes) {
        int most = bytes.remaining();
        int count = isGenerous ? most : random.nextInt(4) == 0 ? 0 : Math.min(most, random.nextInt(20_000));
        for (int i = 0; i < count; i++) {
            taken.write(bytes.get());
        }
        return count;
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += write(buffers[i]);
            if (buffers[i].hasRemaining()) {
                break;
            }
        }
        return total;
    }

    @Override
    public boolean flush() {
        return isGenerous || random.nextInt(4) > 0;
    }

    @Override
    public void resumeWrites() {
        resumed = true;
    }

    @Override
    public void suspendWrites() {
        resumed = false;
    }

    @Override
    public boolean isWriteResumed() {
        return resumed;
    }

    @Override
    public int writeFinal(ByteBuffer bytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long writeFinal(ByteBuffer[] buffers, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(FileChannel from, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(StreamSourceChannel from, long count, ByteBuffer through) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void terminateWrites() {}

    @Override
    public boolean isWriteShutdown() {
        return false;
    }

    @Override
    public void wakeupWrites() {}

    @Override
    public void awaitWritable() {}

    @Override
    public void awaitWritable(long time, TimeUnit unit) {}

    @Override
    public XnioIoThread getWriteThread() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setWriteReadyHandler(WriteReadyHandler handler) {}

    @Override
    public void truncateWrites() {}

    @Override
    public XnioWorker getWorker() {
        throw new UnsupportedOperationException();
    }
}
