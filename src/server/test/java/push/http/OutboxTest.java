package push.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.server.DefaultByteBufferPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Streams and Undertow write through one outbox to TLS that takes a random number of bytes at a time: whole frames leave it, in
 * the order of the calls, and never more DATA than the windows allow. A failure names its seed.
 */
final class OutboxTest {
    private static final int SEEDS = 400;
    private static final int STEPS = 300;
    private static final int STREAMS = 3;
    private static final int UNDERTOWS = 99; // The number of the stream that carries Undertow's frames.

    private final FlowMeter meter = new FlowMeter();
    private final List<FlowMeter.Window> windows = new ArrayList<>();
    private final List<ByteArrayOutputStream> written = new ArrayList<>();
    private final ByteArrayOutputStream undertows = new ByteArrayOutputStream();
    private final Deque<ByteBuffer> pending = new ArrayDeque<>(); // Undertow's frames that were not accepted whole.
    private byte next;
    private int freed;

    @Test
    void whateverTlsTakesWholeFramesLeaveInTheirOrder() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            new OutboxTest().run(new Random(seed), "seed " + seed);
        }
    }

    @Test
    void allBeforeTheLastWordLeavesAndNothingAfterIt() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            var tls = new FitfulTls(new Random(seed));
            var outbox = new Outbox(
                    tls, new TlsBuffers(TlsEngine.JDK), new DefaultByteBufferPool(true, 16_364), new FlowMeter());
            var window = new FlowMeter().begin(1);
            outbox.hold();
            outbox.data(window, 1, ByteBuffer.allocate(100));

            outbox.terminateWrites(); // TLS takes all, a part or nothing.

            try {
                outbox.data(window, 1, ByteBuffer.allocate(50));
            } catch (ClosedChannelException e) {
                // It may also take nothing, because there is no room.
            }
            tls.isGenerous = true;
            outbox.flush();
            assertEquals(FlowMeter.HEADER_BYTES + 100, tls.taken.size(), "seed " + seed);
        }
    }

    private void run(Random random, String where) throws IOException {
        var tls = new FitfulTls(random);
        var outbox = new Outbox(tls, new TlsBuffers(TlsEngine.JDK), new DefaultByteBufferPool(true, 16_364), meter);
        outbox.whenFree(() -> freed++);
        for (int i = 0; i < STREAMS; i++) {
            windows.add(meter.add(2 * i + 1, 0));
            written.add(new ByteArrayOutputStream());
        }
        long[] credit = {65_535, 65_535, 65_535, 65_535};
        for (int step = 0; step < STEPS; step++) {
            int stream = random.nextInt(STREAMS);
            switch (random.nextInt(6)) {
                case 0 -> outbox.hold();
                case 1 -> outbox.release();
                case 2, 3 -> data(outbox, stream, bytes(random));
                case 4 -> {
                    pending.add(frame(random));
                    flushSenders(outbox);
                }
                default -> {
                    int more = 1 + random.nextInt(20_000);
                    int of = random.nextBoolean() ? 2 * stream + 1 : 0;
                    credit[(of + 1) / 2] += more;
                    meter.credit(of, more);
                    if (tls.isWriteResumed()) {
                        flushSenders(outbox);
                    }
                }
            }
        }
        tls.isGenerous = true;
        boolean waited = tls.isWriteResumed();
        freed = 0;
        outbox.release();
        flushSenders(outbox);
        assertEquals(waited ? 1 : 0, freed, where + ": what waits for room must learn of it");
        assertTrue(outbox.isSent() && pending.isEmpty(), where + ": everything must leave");
        check(ByteBuffer.wrap(tls.taken.toByteArray()), credit, where);
    }

    private void data(Outbox outbox, int stream, ByteBuffer bytes) throws IOException {
        int from = bytes.position();
        int count = outbox.data(windows.get(stream), 2 * stream + 1, bytes);
        assertEquals(from + count, bytes.position());
        written.get(stream).write(bytes.array(), from, count);
    }

    private ByteBuffer bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(3) == 0 ? 1 + random.nextInt(40_000) : 1 + random.nextInt(300)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = next++;
        }
        return ByteBuffer.wrap(bytes);
    }

    /** Returns a frame of Undertow's: HEADERS, or DATA of a response that is not a stream. */
    private ByteBuffer frame(Random random) {
        ByteBuffer content = bytes(random);
        int length = Math.min(content.remaining(), 16_000);
        undertows.write(content.array(), 0, length);
        ByteBuffer frame = ByteBuffer.allocate(FlowMeter.HEADER_BYTES + length);
        return frame.putInt(length << 8 | 1)
                .put((byte) 0)
                .putInt(UNDERTOWS)
                .put(content.array(), 0, length)
                .flip();
    }

    /** Does what Undertow does when a frame is queued or the socket is writable. */
    private void flushSenders(Outbox outbox) throws IOException {
        var frames = pending.toArray(new ByteBuffer[0]);
        if (frames.length > 0) {
            long count = 1;
            while (count > 0 && frames[frames.length - 1].hasRemaining()) {
                count = outbox.write(frames, 0, frames.length);
            }
            pending.removeIf(frame -> !frame.hasRemaining());
        }
        if (pending.isEmpty() && outbox.flush()) {
            outbox.suspendWrites();
        } else {
            outbox.resumeWrites();
        }
    }

    private void check(ByteBuffer sent, long[] credit, String where) {
        var received = new ArrayList<ByteArrayOutputStream>();
        var undertowsReceived = new ByteArrayOutputStream();
        for (int i = 0; i < STREAMS; i++) {
            received.add(new ByteArrayOutputStream());
        }
        while (sent.hasRemaining()) {
            int lengthAndType = sent.getInt();
            sent.get();
            int id = sent.getInt();
            byte[] content = new byte[lengthAndType >>> 8];
            sent.get(content);
            boolean isUndertows = (lengthAndType & 0xff) == 1;
            assertTrue(isUndertows ? id == UNDERTOWS : (lengthAndType & 0xff) == 0 && id < 2 * STREAMS, where);
            (isUndertows ? undertowsReceived : received.get((id - 1) / 2)).writeBytes(content);
        }
        long total = 0;
        for (int i = 0; i < STREAMS; i++) {
            byte[] bytes = received.get(i).toByteArray();
            assertArrayEquals(written.get(i).toByteArray(), bytes, where + ", stream " + (2 * i + 1));
            assertTrue(bytes.length <= credit[i + 1], where + ": a stream's window was overrun");
            total += bytes.length;
        }
        assertArrayEquals(undertows.toByteArray(), undertowsReceived.toByteArray(), where + ", Undertow's frames");
        assertTrue(total <= credit[0], where + ": the connection's window was overrun");
    }
}
