package bench;

import static bench.Frames.ACK;
import static bench.Frames.DATA;
import static bench.Frames.END_HEADERS;
import static bench.Frames.END_STREAM;
import static bench.Frames.GOAWAY;
import static bench.Frames.HEADERS;
import static bench.Frames.PADDED;
import static bench.Frames.PING;
import static bench.Frames.PRIORITY;
import static bench.Frames.RST_STREAM;
import static bench.Frames.SETTINGS;
import static bench.Frames.WINDOW_UPDATE;

import io.undertow.protocols.http2.HpackDecoder;
import io.undertow.protocols.http2.HpackException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/**
 * One client's HTTP/2 connection (RFC 9113), as far as a load needs it: it opens streams, posts, and passes on DATA.
 *
 * <p><b>Length:</b> a frame in and a frame out, in the buffers of one connection.
 *
 * <p><b>Threads:</b> confined to the load's thread.
 */
final class Http2Client {
    private static final int STREAM_WINDOW = 1 << 20;
    private static final int CONNECTION_WINDOW = 1 << 26;

    private final Load load;
    private final TlsClient tls;
    private final HpackDecoder hpack = new HpackDecoder();
    private final List<Reading> readings = new ArrayList<>(); // Stream 1, 3, 5, …
    private final ByteBuffer head = ByteBuffer.allocate(9);
    private ByteBuffer payload = ByteBuffer.allocate(0);
    private int left; // Of the incoming frame.
    private int unacknowledged;
    private int nextStream = 1;

    Http2Client(Load load, Selector selector, int port) throws IOException {
        this.load = load;
        this.tls = new TlsClient(selector, port, this);
        tls.send(Frames.preface(STREAM_WINDOW, CONNECTION_WINDOW));
    }

    /** Opens a stream that is held. */
    void get(Reading reading, String... headers) throws IOException {
        readings.add(reading);
        tls.send(Frames.frame(HEADERS, END_STREAM | END_HEADERS, nextStream, Frames.headers(headers)));
        nextStream += 2;
    }

    void post(byte[] body, String... headers) throws IOException {
        byte[] block = Frames.frame(HEADERS, END_HEADERS, nextStream, Frames.headers(headers));
        byte[] data = Frames.frame(DATA, END_STREAM, nextStream, body);
        tls.send(ByteBuffer.allocate(block.length + data.length)
                .put(block)
                .put(data)
                .array());
        nextStream += 2;
    }

    void ready() throws IOException {
        tls.ready(this::take);
    }

    void freeze() {
        tls.freeze();
    }

    void close() throws IOException {
        tls.close();
    }

    int streams() {
        return readings.size();
    }

    private void take(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                if (head.hasRemaining()) {
                    takeHead(bytes);
                } else {
                    takePayload(bytes);
                }
                if (!head.hasRemaining() && left == 0) {
                    end();
                    head.clear();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void takeHead(ByteBuffer bytes) {
        head.put(bytes.get());
        if (!head.hasRemaining()) {
            left = head.getInt(0) >>> 8;
            payload = ByteBuffer.allocate(type() == DATA ? 0 : left);
        }
    }

    private void takePayload(ByteBuffer bytes) {
        int count = Math.min(left, bytes.remaining());
        Reading reading = type() == DATA ? reading(stream()) : null;
        if (reading != null) {
            reading.take(bytes, count);
        } else if (type() == DATA) {
            bytes.position(bytes.position() + count);
        } else {
            payload.put(bytes.array(), bytes.position(), count);
            bytes.position(bytes.position() + count);
        }
        left -= count;
    }

    private void end() throws IOException {
        switch (type()) {
            case DATA -> giveBack(head.getInt(0) >>> 8);
            case HEADERS -> headers();
            case SETTINGS -> {
                if ((flags() & ACK) == 0) {
                    tls.send(Frames.frame(SETTINGS, ACK, 0, new byte[0]));
                }
            }
            case PING -> {
                if ((flags() & ACK) == 0) {
                    tls.send(Frames.frame(PING, ACK, 0, payload.array()));
                }
            }
            case GOAWAY -> load.lost("GOAWAY, error code " + payload.getInt(4));
            case RST_STREAM -> ended("RST_STREAM, error code " + payload.getInt(0));
            default -> {}
        }
        if ((type() == DATA || type() == HEADERS) && (flags() & END_STREAM) != 0) {
            ended("END_STREAM");
        }
    }

    private void headers() throws IOException {
        Reading reading = reading(stream());
        hpack.setHeaderEmitter((name, value, never) -> {
            if (name.toString().equals(":status")) {
                load.answered(reading, value);
            } else if (name.toString().equals("location")) {
                load.located(value);
            }
        });
        ByteBuffer block = payload.flip();
        if ((flags() & PADDED) != 0) {
            int padding = block.get() & 0xff;
            block.limit(block.limit() - padding);
        }
        if ((flags() & PRIORITY) != 0) { // Netty sends it.
            block.position(block.position() + 5);
        }
        try {
            hpack.decode(block, false);
        } catch (HpackException e) {
            throw new IOException("The peer's headers cannot be read", e);
        }
    }

    private void ended(String how) {
        if (reading(stream()) == null) {
            load.posted();
        } else {
            load.lost(how);
        }
    }

    private void giveBack(int count) throws IOException {
        unacknowledged += count;
        if (unacknowledged >= CONNECTION_WINDOW / 2) {
            tls.send(Frames.frame(WINDOW_UPDATE, 0, 0, Frames.number(unacknowledged)));
            unacknowledged = 0;
        }
        Reading reading = reading(stream());
        if (reading != null) {
            reading.unacknowledged += count;
            if (reading.unacknowledged >= STREAM_WINDOW / 2) {
                tls.send(Frames.frame(WINDOW_UPDATE, 0, stream(), Frames.number(reading.unacknowledged)));
                reading.unacknowledged = 0;
            }
        }
    }

    private Reading reading(int stream) {
        int index = stream / 2;
        return index < readings.size() ? readings.get(index) : null;
    }

    private int type() {
        return head.get(3);
    }

    private int flags() {
        return head.get(4);
    }

    private int stream() {
        return head.getInt(5) & 0x7fff_ffff;
    }
}
