package push.http;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Counts the DATA bytes sent and the window credit from the peer (RFC 9113, 5.2): how much each stream may send, and
 * which stream holds the connection's window.
 *
 * <p>It exists because all streams of a connection share one window. A reader that stops can exhaust it, and then every
 * stream stalls; Undertow does not expose its count. Undertow also does not notice when a new
 * SETTINGS_INITIAL_WINDOW_SIZE makes the window of an open stream exceed the maximum.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class FlowMeter {
    static final int HEADER_BYTES = 9;
    private static final int DATA = 0;
    private static final int LEAST = 2; // Undertow sends nothing in a window this small.

    /** The window of one request's response. */
    static final class Window {
        private final int id;
        private long held; // Bytes sent minus credit received; at least 0.
        private long given; // Credit minus bytes sent; may be negative.
        private boolean mayHold; // Whether it may hold the connection's window.
        private boolean isOver;

        private Window(int id) {
            this.id = id;
        }
    }

    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    private int payload; // Unsent bytes of Undertow's current frame.
    private long window = 65_535; // Of the connection; no setting changes it (6.9.2).
    private long capacity = window; // The largest it has been.
    private long initial = 65_535; // The initial window of each request.
    private final Map<Integer, Window> windows = new HashMap<>(); // Of requests without a complete response.
    private int frames; // DATA frames started since the last count.

    /** Returns whether the connection's window is exhausted. */
    boolean isExhausted() {
        return window <= LEAST;
    }

    /** Adds a request, whose response will have a window. */
    Window begin(int request) {
        Window begun = new Window(request);
        windows.put(request, begun);
        return begun;
    }

    /** Removes a request that was answered or reset. Does nothing if it was already removed. */
    void end(int request) {
        Window ended = windows.remove(request);
        if (ended != null) {
            ended.isOver = true;
        }
    }

    int requests() {
        return windows.size();
    }

    /** Removes all requests except these, because Undertow does not report the end of every request. */
    void retain(Set<Integer> open) {
        windows.keySet().removeIf(id -> !open.contains(id));
    }

    /** Marks a request as a possible holder of the window, and records how many bytes were already sent on it. */
    Window add(int stream, int sent) {
        Window known = windows.get(stream);
        Window added = known == null ? begin(stream) : known;
        added.mayHold = true;
        added.held = Math.max(added.held, sent);
        return added;
    }

    /** Records that a request can no longer hold the window. */
    void remove(int stream) {
        Window removed = windows.get(stream);
        if (removed != null) {
            removed.mayHold = false;
        }
    }

    /**
     * Adds credit from the peer to a stream, or to the connection if the stream is 0.
     *
     * @return whether a stream's window is within the limit (RFC 9113, 6.9.1); Undertow checks the connection's window
     */
    boolean credit(int stream, int bytes) {
        if (stream == 0) {
            window += bytes;
            capacity = Math.max(capacity, window);
            return true;
        }
        Window credited = windows.get(stream);
        if (credited == null) {
            return true;
        }
        credited.held = Math.max(0, credited.held - bytes); // A peer may also enlarge a stream's window.
        credited.given += bytes;
        return initial + credited.given <= Integer.MAX_VALUE;
    }

    /**
     * Sets the initial window of requests. This also changes the window of each open request, which may become
     * negative.
     *
     * @return whether every window is within the limit (RFC 9113, 6.9.2)
     */
    boolean setInitial(long bytes) {
        initial = bytes;
        for (Window each : windows.values()) {
            if (initial + each.given > Integer.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }

    /** Returns how many bytes may be sent on a stream now; none if the request has ended. */
    long room(Window stream) {
        return stream.isOver || isExhausted() ? 0 : Math.min(window, initial + stream.given);
    }

    /** Counts a DATA frame. */
    void sent(Window stream, int bytes) {
        window -= bytes;
        frames++;
        stream.held += bytes;
        stream.given -= bytes;
    }

    /**
     * Returns the stream that most likely holds the connection's window, or -1 if there is none. A peer that reads a
     * stream usually credits the stream as well. A stream that was never read holds exactly the bytes sent on it. If
     * they amount to the whole window, that stream is the holder, even if more was sent on another stream that was read
     * and whose credit went only to the connection.
     */
    int holder() {
        long missing = capacity - window;
        Window best = null;
        for (Window each : windows.values()) {
            if (each.mayHold && (best == null || isLikelier(each, best, missing))) {
                best = each;
            }
        }
        return best == null || best.held == 0 ? -1 : best.id;
    }

    private static boolean isLikelier(Window one, Window other, long missing) {
        boolean holdsAll = one.held >= missing;
        if (holdsAll != other.held >= missing) {
            return holdsAll;
        }
        return holdsAll ? one.held < other.held : one.held > other.held;
    }

    /** Returns the number of DATA frames sent since the last call. */
    int takeFrames() {
        int taken = frames;
        frames = 0;
        return taken;
    }

    /** Counts the bytes of Undertow's frames between this index and the buffer's position. */
    void count(ByteBuffer bytes, int start) {
        int end = bytes.position();
        for (int at = start; at < end; ) {
            if (payload > 0) {
                int count = Math.min(payload, end - at);
                payload -= count;
                at += count;
            } else {
                header.put(bytes.get(at++));
                if (!header.hasRemaining()) {
                    header.clear();
                    frame(header);
                }
            }
        }
    }

    private void frame(ByteBuffer frame) {
        int lengthAndType = frame.getInt(0);
        payload = lengthAndType >>> 8;
        if ((lengthAndType & 0xff) != DATA || payload == 0) {
            return;
        }
        Window stream = windows.get(frame.getInt(5));
        sent(stream == null ? new Window(0) : stream, payload);
    }
}
