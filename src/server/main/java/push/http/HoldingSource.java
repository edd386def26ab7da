package push.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;
import org.xnio.ssl.SslConnection;

/**
 * An input source that reads before Undertow does. It calls the reader when it is the connection's turn, and again as
 * long as it holds bytes for the reader.
 *
 * <p>It exists because the socket reports only its own bytes, and because an IO thread that reads one client's requests
 * without a pause does no other work ({@link Turns}).
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
abstract class HoldingSource extends AbstractStreamSourceConduit<StreamSourceConduit> {
    /**
     * An IO thread checks its sockets only when it has no tasks, so a delay is used instead of a task, which would run
     * first.
     */
    private static final int HELD_MS = 1;

    final SslConnection tcp;
    private final Turns.Share share;
    private final ReadReadyHandler reader;
    private boolean resumed;
    private boolean waking;

    HoldingSource(SslConnection tcp, Turns turns) {
        super(tcp.getSourceChannel().getConduit());
        this.tcp = tcp;
        this.share = turns.share(this::wake);
        this.reader = new ReadReadyHandler.ChannelListenerHandler<>(tcp.getSourceChannel());
        next.setReadReadyHandler(new ReadReadyHandler() {
            @Override
            public void readReady() {
                giveTurn();
            }

            @Override
            public void forceTermination() {
                reader.forceTermination();
            }

            @Override
            public void terminated() {
                reader.terminated();
            }
        });
    }

    /** Returns whether this source holds bytes that the socket does not know of. */
    abstract boolean isHolding();

    /** Lets the reader read if it is this connection's turn. */
    private void giveTurn() {
        if (!share.isNow()) {
            next.suspendReads();
            return;
        }
        long sinceNanos = System.nanoTime();
        reader.readReady();
        share.read(sinceNanos);
        goOn();
    }

    private void wakeAfter(long waitMs) {
        if (!waking) {
            waking = true;
            if (waitMs > 0) {
                tcp.getIoThread().executeAfter(this::wake, waitMs, TimeUnit.MILLISECONDS);
            } else {
                tcp.getIoThread().execute(this::wake);
            }
        }
    }

    private void wake() {
        waking = false;
        if (resumed && tcp.isOpen()) {
            giveTurn();
        }
    }

    /** Ensures that the reader is called again. Must be called after each read. */
    final void goOn() {
        if (resumed && !waking) {
            if (isHolding()) {
                next.suspendReads(); // Otherwise the socket would call while data arrives.
                wakeAfter(HELD_MS);
            } else {
                next.resumeReads();
            }
        }
    }

    @Override
    public void resumeReads() {
        resumed = true;
        goOn();
    }

    @Override
    public void suspendReads() {
        resumed = false;
        next.suspendReads();
    }

    @Override
    public void wakeupReads() {
        resumed = true;
        wakeAfter(0);
    }

    @Override
    public boolean isReadResumed() {
        return resumed;
    }

    @Override
    public boolean isReadShutdown() {
        return !isHolding() && next.isReadShutdown();
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            if (to[i].hasRemaining()) {
                return read(to[i]);
            }
        }
        return 0;
    }

    @Override
    public long transferTo(long position, long count, FileChannel target) throws IOException {
        return target.transferFrom(new ConduitReadableByteChannel(this), position, count);
    }

    @Override
    public long transferTo(long count, ByteBuffer through, StreamSinkChannel target) throws IOException {
        return IoUtils.transfer(new ConduitReadableByteChannel(this), count, through, target);
    }
}
