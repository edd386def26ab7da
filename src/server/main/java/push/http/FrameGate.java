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
 * Looks at every HTTP/2 frame before Undertow does: counts it, and gathers a request's fields until they are whole.
 *
 * <p>It exists because Undertow handles a request whose CONTINUATION has not come yet, and ends a connection for what
 * is an error of one stream (RFC 9113, 8.1.1). It is given each block of fields whole, checked, and as literals; a block
 * that is malformed reaches it as one that it resets. A client's GOAWAY stops here: Undertow would end all streams of the
 * connection, against RFC 9113, 6.8.
 *
 * <p><b>Length:</b> it is one parser with one state; half of it could not be read without the other.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class FrameGate {
    /** Reads one frame out of a buffer; null if it is not whole yet. */
    interface Parser {
        @Nullable
        FrameHeaderData parse(ByteBuffer bytes) throws IOException;
    }

    /** Told of what the gate has seen. */
    interface Watcher {
        /** A frame begins; false if nothing more is to be read. */
        boolean began(int type, int length);

        /** A block of fields is whole, and was decoded to so many bytes. */
        void decoded(int bytes);

        /** The next request has more fields than it may. */
        void tooLarge();

        /** A stream is to be reset, for its peer has broken a rule. */
        void broken(int streamId, int error);

        /** The peer has said GOAWAY: what it asked before is still to be answered. */
        void peerGoesAway();

        /** The streams whose requests have not been answered to the end. */
        Set<Integer> inHand();

        /** DATA has come in for a stream that we have reset: its bytes are to be given back to the connection. */
        void dropped(int length) throws IOException;

        /** The window with which requests begin is set; false if one that is open gets wider than it may be. */
        boolean windowsBegin(long bytes);

        /** Whether this is a stream of messages, whose window Undertow counts as long as it is open. */
        boolean isStream(int streamId);
    }

    static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
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

    /** What may come for one block: all of it is decoded, for the table of HPACK, and little of it kept. */
    private static final int MAX_BLOCK_BYTES = 256 * 1024;

    private static final int MAX_BLOCK_FRAMES = 64;

    /** How many bodies are remembered before it is looked which of them are still of interest. */
    private static final int MANY_BODIES = 1_000;

    /** How many streams are remembered that we have reset. A peer that lags behind by more of them has to go. */
    private static final int MANY_STOPPED = 10_000;

    /** More than a window can be, and than any answer that is no stream. */
    private static final long MAX_GIVEN = Integer.MAX_VALUE + (64L << 20);

    /** A body that is coming in. */
    private static final class Coming {
        long given; // To the window of its answer.
        long left; // Of the Content-Length; below 0 if there is none.

        Coming(long length) {
            this.left = length;
        }
    }

    private final Parser undertow;
    private final Watcher watcher;
    private final HpackDecoder decoder = new HpackDecoder();
    private final byte[] head = new byte[HEAD_BYTES];
    private int prefaceLeft = PREFACE_BYTES;
    private int headRead;
    private boolean passing; // A frame is under way that Undertow reads by itself.
    private byte @Nullable [] payload; // Of a frame that is coming in and is read here.
    private int payloadRead;

    private @Nullable FieldBlock block; // Begun, and not ended.
    private byte[] undecoded = {}; // The first part of a field that was cut by the end of a frame.
    private byte[] priority = {};
    private int blockFlags;
    private int blockStream;
    private int blockBytes;
    private int blockFrames;
    private int lastStream; // The highest that has been asked for.
    private final Map<Integer, Coming> bodies = new HashMap<>(); // Of streams of which the end has not come yet.
    // Streams that we have reset before their end came, and what the peer may still send on each.
    private final Map<Integer, Integer> stopped = new LinkedHashMap<>();

    FrameGate(Parser undertow, Watcher watcher) {
        this.undertow = undertow;
        this.watcher = watcher;
    }

    /** The next frame that Undertow is to handle, or null if there is none in these bytes. */
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
     * We are about to reset a stream. What the peer has sent before it knows that is dropped (RFC 9113, 5.1).
     *
     * @param window the most that it may have under way
     */
    void stop(int stream, int window) {
        if (bodies.remove(stream) != null) { // Else its end has come, and nothing may follow.
            stopped.put(stream, window);
            if (stopped.size() > MANY_STOPPED) {
                stopped.remove(stopped.keySet().iterator().next());
            }
        }
    }

    /** Whether a frame is DATA that is to be dropped; more of it than the window let out is not. */
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
        if (body != null) { // Undertow counts too, but does not look when trailers come; the padding's length it has
            // read just now.
            int padding = (head[4] & PADDED) == 0 ? 0 : 1 + (bytes.get(bytes.position() - 1) & 0xff);
            body.left -= (ByteBuffer.wrap(head).getInt() >>> 8) - padding;
        }
        return frame;
    }

    /** Reads the head of a frame; false if it is the last that may come. */
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
        boolean isGoAway = type == GOAWAY && stream == 0; // On another stream it is an error, of which Undertow tells.
        if (isGoAway && length < LEAST_GOAWAY_BYTES) {
            throw new ConnectionErrorException(Http2Channel.ERROR_FRAME_SIZE_ERROR);
        }
        boolean continues = type == CONTINUATION && block != null && stream == blockStream;
        if ((type == CONTINUATION || block != null) ? !continues : (type == HEADERS && stream == 0)) {
            throw new ConnectionErrorException(Http2Channel.ERROR_PROTOCOL_ERROR);
        }
        if (!watcher.began(type, length)) {
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
     * Undertow forgets a window when its response is out. An answer is short, so what was given to the window of a
     * request whose body still comes tells enough.
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

    /** Undertow sets the window of a request when it next writes to it, and does not look whether it is too wide then. */
    private @Nullable FrameHeaderData settings(byte[] frame) throws IOException {
        for (ByteBuffer settings = ByteBuffer.wrap(frame); settings.hasRemaining(); ) {
            int id = settings.getShort();
            long value = settings.getInt() & 0xffff_ffffL;
            if (id == INITIAL_WINDOW_SIZE && value <= Integer.MAX_VALUE && !watcher.windowsBegin(value)) {
                throw new ConnectionErrorException(Http2Channel.ERROR_FLOW_CONTROL_ERROR); // RFC 9113, 6.9.2.
            }
        }
        undertow.parse(ByteBuffer.wrap(head));
        return undertow.parse(ByteBuffer.wrap(frame));
    }

    /** The block's part in HEADERS, without what may stand around it (RFC 9113, 6.2). */
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
            all = Nameless.named(all);
            decoder.setHeaderEmitter(fields);
            decoder.decode(all, !last);
            all.limit(all.capacity());
        } catch (HpackException | RuntimeException e) { // The two tables are no longer the same.
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
                if (fields.isTooLarge()) {
                    watcher.tooLarge();
                }
                content = fields.encode();
            }
        } else {
            Coming body = bodies.remove(blockStream);
            boolean expected = body != null;
            if (stopped.remove(blockStream) != null
                    || (expected && !watcher.inHand().contains(blockStream))) {
                return null; // We have reset the stream, which an honest peer may not know yet.
            } else if (body != null && (fields.isMalformed() || !ends || body.left > 0)) { // RFC 9113, 8.1 and 8.1.1.
                watcher.broken(blockStream, Http2Channel.ERROR_PROTOCOL_ERROR);
                return null;
            }
            content = new byte[0]; // Trailers tell us nothing; of a closed stream Undertow says so.
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
