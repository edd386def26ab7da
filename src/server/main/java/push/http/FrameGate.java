package push.http;

import io.undertow.protocols.http2.ConnectionErrorException;
import io.undertow.protocols.http2.HpackDecoder;
import io.undertow.protocols.http2.HpackException;
import io.undertow.protocols.http2.Http2Channel;
import io.undertow.server.protocol.framed.FrameHeaderData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Inspects every HTTP/2 frame before Undertow does: counts it, and collects a request's field block until it is
 * complete.
 *
 * <p>It exists because Undertow handles a request before its CONTINUATION arrives, and ends the connection for a stream
 * error (RFC 9113, 8.1.1). The gate passes each field block to Undertow complete, validated and encoded as literals. It
 * replaces a malformed block with one for which Undertow resets the stream. It does not pass on a client's GOAWAY,
 * because Undertow would end all streams of the connection, contrary to RFC 9113, 6.8.
 *
 * <p><b>Length:</b> it is one parser with one state, and half of it could not be understood alone.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class FrameGate {
    /** Parses one frame from a buffer. Returns null if it is incomplete. */
    interface Parser {
        @Nullable
        FrameHeaderData parse(ByteBuffer bytes) throws IOException;
    }

    /** Receives the events that the gate detects. */
    interface Watcher {
        /** A frame begins. Returns false if nothing more is to be read. */
        boolean began(int type, int length);

        /** A field block is complete and was decoded to this many bytes. */
        void decoded(int bytes);

        /** The next request must be refused. */
        void refused(Problem refusal);

        /** The stream must be reset, because the peer has violated the protocol. */
        void broken(int streamId, int error);

        /** The peer has sent GOAWAY. Its earlier requests must still be answered. */
        void peerGoesAway();

        /** Returns the streams whose requests have no complete response. */
        Set<Integer> inHand();

        /** DATA arrived for a stream that we have reset. Its bytes must be credited to the connection's window. */
        void dropped(int length) throws IOException;

        /**
         * The initial window of requests changes. Returns false if an open request's window would exceed the maximum.
         */
        boolean windowsBegin(long bytes);

        /** Returns whether this is a message stream, whose window Undertow tracks as long as the stream is open. */
        boolean isStream(int streamId);
    }

    static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int HEADER_TABLE_SIZE = 1;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int SETTING_BYTES = 6;
    private static final int ACK = 0x1;
    private static final int END_STREAM = 0x1;
    private static final int END_HEADERS = 0x4;
    private static final int PADDED = 0x8;
    private static final int PRIORITY = 0x20;

    private static final int PREFACE_BYTES = 24;
    private static final int HEAD_BYTES = 9;
    private static final int PRIORITY_BYTES = 5;
    private static final int LEAST_GOAWAY_BYTES = 8;

    /** The maximum size of one field block. All of it is decoded for the HPACK table, but little of it is kept. */
    private static final int MAX_BLOCK_BYTES = 256 * 1024;

    private static final int MAX_BLOCK_FRAMES = 64;

    /** The number of request contents tracked before the finished ones are removed. */
    private static final int MANY_BODIES = 1_000;

    /** The number of streams we remember to have reset. A peer that lags behind by more loses its connection. */
    private static final int MANY_STOPPED = 10_000;

    /** More than the largest window plus the largest response that is not a stream. */
    private static final long MAX_GIVEN = Integer.MAX_VALUE + (64L << 20);

    /** Request content that is arriving. */
    private static final class Coming {
        long given; // Credit to its response's window.
        long left; // Of the Content-Length; negative if absent.

        Coming(long length) {
            this.left = length;
        }
    }

    private final Parser undertow;
    private final Watcher watcher;
    private final HpackDecoder decoder = new HpackDecoder();
    private final HiddenEntries hidden = new HiddenEntries();
    private final byte[] head = new byte[HEAD_BYTES];
    private int prefaceLeft = PREFACE_BYTES;
    private int headRead;
    private int tableSize = 4_096; // The smallest of HPACK that the peer has set, or the default (RFC 9113, 6.5.2).
    private boolean passing; // Undertow parses the current frame itself.
    private byte @Nullable [] payload; // Of a frame that is parsed here.
    private int payloadRead;

    private @Nullable FieldBlock block; // Started but not complete.
    private byte[] undecoded = {}; // The first part of a field that was split by the end of a frame.
    private byte[] priority = {};
    private int blockFlags;
    private int blockStream;
    private int blockBytes;
    private int blockFrames;
    private int lastStream; // The highest stream requested so far.
    private final Map<Integer, Coming> bodies = new HashMap<>(); // Of streams whose end has not arrived.
    // Streams that we have reset before their end, and how many bytes the peer may still send on each.
    private final Map<Integer, Integer> stopped = new LinkedHashMap<>();

    FrameGate(Parser undertow, Watcher watcher) {
        this.undertow = undertow;
        this.watcher = watcher;
    }

    /** Returns the next frame for Undertow to handle, or null if these bytes do not complete one. */
    @Nullable
    FrameHeaderData next(ByteBuffer bytes) throws IOException {
        if (prefaceLeft > 0) {
            ByteBuffer preface = take(bytes, Math.min(prefaceLeft, bytes.remaining()));
            prefaceLeft -= preface.remaining();
            undertow.parse(preface);
        }
        FrameHeaderData frame = null;
        while (frame == null && bytes.hasRemaining()) {
            if (passing) {
                frame = pass(bytes);
            } else if (payload != null) {
                frame = gather(bytes);
            } else if (!begin(bytes)) {
                bytes.position(bytes.limit()); // The connection is over.
            } else if (headRead == 0 && (passing || payload != null)) {
                frame = passing ? pass(ByteBuffer.wrap(head)) : gather(bytes);
            }
        }
        return frame;
    }

    /**
     * Records that we are about to reset a stream. The peer's frames that are already in transit are dropped (RFC 9113,
     * 5.1).
     *
     * @param window the maximum number of bytes in transit
     */
    void stop(int stream, int window) {
        if (bodies.remove(stream) != null) { // Otherwise its end has arrived, and no frame may follow.
            stopped.put(stream, window);
            if (stopped.size() > MANY_STOPPED) {
                stopped.remove(stopped.keySet().iterator().next());
            }
        }
    }

    /** Returns whether a frame is DATA to drop. DATA in excess of the window is not dropped. */
    private boolean drops(int type, int stream, int length) {
        Integer left = type == DATA ? stopped.get(stream) : null;
        if (left == null || length > left) {
            return false;
        }
        if ((head[4] & END_STREAM) != 0) {
            stopped.remove(stream);
        } else {
            stopped.put(stream, left - length);
        }
        return true;
    }

    private static ByteBuffer take(ByteBuffer bytes, int count) {
        ByteBuffer taken = bytes.slice(bytes.position(), count);
        bytes.position(bytes.position() + count);
        return taken;
    }

    private @Nullable FrameHeaderData pass(ByteBuffer bytes) throws IOException {
        FrameHeaderData frame = undertow.parse(bytes);
        passing = frame == null;
        Coming body = frame == null || head[3] != DATA
                ? null
                : bodies.get(ByteBuffer.wrap(head).getInt(5));
        if (body != null) {
            // Undertow counts too, but does not check when trailers arrive. It has just read the padding's length.
            int padding = (head[4] & PADDED) == 0 ? 0 : 1 + (bytes.get(bytes.position() - 1) & 0xff);
            body.left -= (ByteBuffer.wrap(head).getInt() >>> 8) - padding;
        }
        return frame;
    }

    /** Reads a frame header. Returns false if no more frames may follow. */
    private boolean begin(ByteBuffer bytes) throws IOException {
        int count = Math.min(HEAD_BYTES - headRead, bytes.remaining());
        bytes.get(head, headRead, count);
        headRead += count;
        if (headRead < HEAD_BYTES) {
            return true;
        }
        headRead = 0;
        ByteBuffer fields = ByteBuffer.wrap(head);
        int length = fields.getInt() >>> 8;
        int type = head[3] & 0xff;
        int stream = fields.getInt(5) & 0x7fff_ffff;
        if (length > Http2Channel.DEFAULT_MAX_FRAME_SIZE) {
            throw new ConnectionErrorException(Http2Channel.ERROR_FRAME_SIZE_ERROR);
        }
        boolean isGoAway = type == GOAWAY && stream == 0; // On another stream it is an error, which Undertow reports.
        if (isGoAway && length < LEAST_GOAWAY_BYTES) {
            throw new ConnectionErrorException(Http2Channel.ERROR_FRAME_SIZE_ERROR);
        }
        if (type == SETTINGS && (head[4] & ACK) != 0 && length > 0) {
            throw new ConnectionErrorException(Http2Channel.ERROR_FRAME_SIZE_ERROR); // RFC 9113, 6.5.
        }
        boolean continues = type == CONTINUATION && block != null && stream == blockStream;
        if ((type == CONTINUATION || block != null) ? !continues : (type == HEADERS && stream == 0)) {
            throw new ConnectionErrorException(Http2Channel.ERROR_PROTOCOL_ERROR);
        }
        boolean isPadded = type == DATA && (head[4] & PADDED) != 0; // Then its length says nothing about its content.
        if (!watcher.began(type, isPadded ? 0 : length)) {
            return false;
        }
        if (type != HEADERS && type != CONTINUATION) {
            if (type == RST_STREAM || (type == DATA && (head[4] & END_STREAM) != 0)) {
                bodies.remove(stream);
            }
            boolean isDropped = drops(type, stream, length);
            boolean isCounted = type == WINDOW_UPDATE && length == Integer.BYTES && bodies.containsKey(stream);
            boolean sets = type == SETTINGS && (head[4] & ACK) == 0 && length > 0 && length % SETTING_BYTES == 0;
            passing = !isGoAway && !isCounted && !isDropped && !sets;
            payload = passing ? null : new byte[length];
            payloadRead = 0;
            return true;
        }
        payload = new byte[length];
        payloadRead = 0;
        if (type == HEADERS) {
            block = new FieldBlock(stream <= lastStream);
            blockStream = stream;
            blockFlags = head[4];
            blockBytes = 0;
            blockFrames = 0;
        }
        blockBytes += length;
        if (blockBytes > MAX_BLOCK_BYTES || ++blockFrames > MAX_BLOCK_FRAMES) {
            throw new ConnectionErrorException(Http2Channel.ERROR_ENHANCE_YOUR_CALM);
        }
        return true;
    }

    private @Nullable FrameHeaderData gather(ByteBuffer bytes) throws IOException {
        byte[] frame = payload;
        if (frame == null) {
            throw new IllegalStateException("There is nothing to gather");
        }
        int count = Math.min(frame.length - payloadRead, bytes.remaining());
        bytes.get(frame, payloadRead, count);
        payloadRead += count;
        if (payloadRead < frame.length) {
            return null;
        }
        payload = null;
        FieldBlock fields = block;
        if (fields == null && head[3] == GOAWAY) {
            watcher.peerGoesAway();
            return null;
        } else if (fields == null && head[3] == DATA) {
            watcher.dropped(frame.length);
            return null;
        } else if (fields == null) {
            return head[3] == SETTINGS ? settings(frame) : windowUpdate(frame);
        }
        ByteBuffer fragment = head[3] == HEADERS ? withoutPadding(frame) : ByteBuffer.wrap(frame);
        boolean last = (head[4] & END_HEADERS) != 0;
        decode(fields, fragment, last);
        if (!last) {
            return null;
        }
        block = null;
        watcher.decoded(fields.decodedBytes());
        return whole(fields);
    }

    /**
     * Undertow discards a stream's window when its response is sent. Because a response is short, the credit given
     * while the request's content is still arriving suffices to detect an overflow.
     */
    private @Nullable FrameHeaderData windowUpdate(byte[] frame) throws IOException {
        int stream = ByteBuffer.wrap(head).getInt(5) & 0x7fff_ffff;
        int given = ByteBuffer.wrap(frame).getInt() & 0x7fff_ffff;
        Coming body = bodies.get(stream);
        if (body != null && (body.given += given) > MAX_GIVEN && !watcher.isStream(stream)) {
            watcher.broken(stream, Http2Channel.ERROR_FLOW_CONTROL_ERROR); // RFC 9113, 6.9.1.
            return null;
        }
        undertow.parse(ByteBuffer.wrap(head));
        return undertow.parse(ByteBuffer.wrap(frame));
    }

    /**
     * Undertow updates a request's window at its next write, but does not check whether the window then exceeds the
     * maximum.
     */
    private @Nullable FrameHeaderData settings(byte[] frame) throws IOException {
        for (ByteBuffer settings = ByteBuffer.wrap(frame); settings.hasRemaining(); ) {
            int id = settings.getShort();
            long value = settings.getInt() & 0xffff_ffffL;
            if (id == HEADER_TABLE_SIZE) { // Undertow's table would keep entries that the peer has dropped.
                tableSize = (int) Math.min(tableSize, value);
                settings.putInt(settings.position() - Integer.BYTES, tableSize);
            }
            if (id == INITIAL_WINDOW_SIZE && value <= Integer.MAX_VALUE && !watcher.windowsBegin(value)) {
                throw new ConnectionErrorException(Http2Channel.ERROR_FLOW_CONTROL_ERROR); // RFC 9113, 6.9.2.
            }
        }
        undertow.parse(ByteBuffer.wrap(head));
        return undertow.parse(ByteBuffer.wrap(frame));
    }

    /** Returns the fragment of the field block in HEADERS, without padding and priority (RFC 9113, 6.2). */
    private ByteBuffer withoutPadding(byte[] frame) throws ConnectionErrorException {
        int before = ((blockFlags & PADDED) != 0 ? 1 : 0) + ((blockFlags & PRIORITY) != 0 ? PRIORITY_BYTES : 0);
        int padding = (blockFlags & PADDED) != 0 && frame.length > 0 ? frame[0] & 0xff : 0;
        if (before + padding > frame.length) {
            throw new ConnectionErrorException(Http2Channel.ERROR_PROTOCOL_ERROR);
        }
        priority =
                (blockFlags & PRIORITY) != 0 ? Arrays.copyOfRange(frame, before - PRIORITY_BYTES, before) : new byte[0];
        return ByteBuffer.wrap(frame, before, frame.length - before - padding);
    }

    private void decode(FieldBlock fields, ByteBuffer fragment, boolean last) throws ConnectionErrorException {
        ByteBuffer all = ByteBuffer.allocate(undecoded.length + fragment.remaining());
        all.put(undecoded).put(fragment).flip();
        try {
            all = Nameless.named(all, hidden);
            decoder.setHeaderEmitter(fields);
            decoder.decode(all, !last);
            all.limit(all.capacity());
        } catch (HpackException | RuntimeException e) { // The two HPACK tables differ now.
            if (fields.isBomb()) {
                throw new ConnectionErrorException(Http2Channel.ERROR_ENHANCE_YOUR_CALM, e);
            }
            throw new ConnectionErrorException(Http2Channel.ERROR_COMPRESSION_ERROR, e);
        }
        if (last && all.hasRemaining()) {
            throw new ConnectionErrorException(Http2Channel.ERROR_COMPRESSION_ERROR);
        }
        undecoded = new byte[all.remaining()];
        all.get(undecoded);
    }

    private @Nullable FrameHeaderData whole(FieldBlock fields) throws IOException {
        boolean ends = (blockFlags & END_STREAM) != 0;
        byte[] content;
        if (blockStream > lastStream) {
            lastStream = blockStream;
            if (!ends) {
                remember(blockStream, fields.contentLength());
            }
            if (fields.isMalformed() || (ends && fields.contentLength() > 0)) {
                content = FieldBlock.malformed();
            } else {
                Problem refusal = fields.refusal();
                if (refusal != null) {
                    watcher.refused(refusal);
                }
                content = fields.encode(refusal != null);
            }
        } else {
            Coming body = bodies.remove(blockStream);
            boolean expected = body != null;
            if (stopped.remove(blockStream) != null
                    || (expected && !watcher.inHand().contains(blockStream))) {
                return null; // We have reset the stream, and the peer may not know yet.
            } else if (body != null && (fields.isMalformed() || !ends || body.left > 0)) { // RFC 9113, 8.1 and 8.1.1.
                watcher.broken(blockStream, Http2Channel.ERROR_PROTOCOL_ERROR);
                return null;
            }
            content = new byte[0]; // Trailers are ignored; Undertow reports a closed stream.
        }
        ByteBuffer out = ByteBuffer.allocate(2 * HEAD_BYTES + priority.length + content.length);
        int first = Math.min(content.length, Http2Channel.DEFAULT_MAX_FRAME_SIZE - priority.length);
        boolean one = first == content.length;
        int flags = (blockFlags & (END_STREAM | PRIORITY)) | (one ? END_HEADERS : 0);
        frame(out, priority.length + first, HEADERS, flags);
        out.put(priority).put(content, 0, first);
        if (!one) {
            frame(out, content.length - first, CONTINUATION, END_HEADERS);
            out.put(content, first, content.length - first);
        }
        return undertow.parse(out.flip());
    }

    private void remember(int stream, long length) {
        if (bodies.size() >= MANY_BODIES) {
            bodies.keySet().retainAll(watcher.inHand());
        }
        bodies.put(stream, new Coming(length));
    }

    private void frame(ByteBuffer out, int length, int type, int flags) {
        out.put((byte) (length >> 16)).putShort((short) length).put((byte) type).put((byte) flags);
        out.putInt(blockStream);
    }
}
