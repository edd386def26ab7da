package suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;
import okhttp3.HttpUrl;

/**
 * An HTTP/2 client that sends exactly the frames of a check: windows, resets with a code, GOAWAY, a cut or frozen connection,
 * and everything else that OkHttp rightly refuses to do. {@link RawReader} logs what arrives.
 *
 * <p><b>Length:</b> a method for each frame that a client can send; there is no second concept in it.
 *
 * <p><b>Threads:</b> any thread; sending is guarded by a lock of its own.
 */
final class RawClient implements AutoCloseable {
    /**
     * The client's behaviour when left alone.
     *
     * @param initialWindow the window of each stream, SETTINGS_INITIAL_WINDOW_SIZE; that of the connection is always 65,535
     * @param refillWindows whether each DATA frame is given back to both windows immediately
     * @param ackSettings whether the server's SETTINGS are acknowledged
     * @param receiveBuffer SO_RCVBUF in bytes, so that a client that stops reading soon stops the server; 0: the system's
     */
    record Options(int initialWindow, boolean refillWindows, boolean ackSettings, int receiveBuffer) {

        /** A well-behaved client. */
        static final Options PLAIN = new Options(65_535, true, true, 0);

        /** Returns options with this window, which only the test refills. */
        Options window(int bytes) {
            return new Options(bytes, false, ackSettings, receiveBuffer);
        }

        Options withoutSettingsAcks() {
            return new Options(initialWindow, refillWindows, false, receiveBuffer);
        }

        Options receiveBuffer(int bytes) {
            return new Options(initialWindow, refillWindows, ackSettings, bytes);
        }
    }

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

    /** Receives each frame of a connection, in both directions, before it is sent or as it arrives. */
    interface Tap {
        Tap NONE = new Tap() {};

        /** Receives whole frames, except for the preface. */
        default void sent(byte[] bytes) {}

        default void received(Frame frame) {}
    }

    private final String authority;
    private final TlsSocket socket;
    private String prefix = "";
    private final RawReader reader;

    @GuardedBy("this")
    private int lastStream = -1;

    private RawClient(String authority, TlsSocket socket, Options options, Tap tap) {
        this.authority = authority;
        this.socket = socket;
        this.reader = new RawReader(this, socket, options, tap);
    }

    /** Connects, sends preface and SETTINGS, and returns when the server's SETTINGS have arrived. */
    static RawClient connect(HttpUrl root, Options options) {
        return connect(root, options, Tap.NONE);
    }

    static RawClient connect(HttpUrl root, Options options, Tap tap) {
        var client = connect(root.host(), root.port(), options, tap);
        client.prefix = root.encodedPath().replaceAll("/$", "");
        return client;
    }

    /** Does the same for a server at the root of its host. */
    static RawClient connect(String host, int port, Options options) {
        return connect(host, port, options, Tap.NONE);
    }

    private static RawClient connect(String host, int port, Options options, Tap tap) {
        var socket = TlsSocket.connect(host, port, options.receiveBuffer());
        socket.tap(tap);
        var client = new RawClient(host + ":" + port, socket, options, tap);
        client.send(PREFACE);
        client.settings(Frame.SETTING_ENABLE_PUSH, 0, Frame.SETTING_INITIAL_WINDOW_SIZE, options.initialWindow());
        client.reader.start();
        client.await(frame -> frame.is(Frame.SETTINGS) && !frame.has(Frame.ACK), "the server's SETTINGS");
        return client;
    }

    /** Sends these bytes unchanged. */
    void send(byte[] bytes) {
        try {
            socket.write(bytes);
        } catch (IOException e) {
            throw new AssertionError("could not send " + bytes.length + " bytes: " + e + "; " + reader.soFar(), e);
        }
    }

    /** Sends these frames byte by byte. The reader, which answers DATA and PING, puts no frame of its own among the bytes. */
    void sendByteByByte(byte[] frames) {
        try {
            socket.writeByteByByte(frames);
        } catch (IOException e) {
            throw new AssertionError("could not send " + frames.length + " bytes: " + e + "; " + reader.soFar(), e);
        }
    }

    /** Sends these frames. The reader, which answers SETTINGS, DATA and PING, puts no frame of its own among them. */
    void send(Frame... frames) {
        var out = new ByteArrayOutputStream();
        for (var frame : frames) {
            out.writeBytes(frame.bytes());
        }
        send(out.toByteArray());
    }

    /** Opens {@code GET /messages} on a new stream and returns when the head of the response has arrived. */
    Recorder open(Format format, String... headers) {
        return openUnread(format, headers).awaitHead();
    }

    /** Does the same, without waiting for anything. */
    synchronized Recorder openUnread(Format format, String... headers) {
        int stream = lastStream + 2;
        var recorder = reader.record(stream, format, "GET /messages" + format.said() + " on stream " + stream);
        var all = Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "accept";
        all[headers.length + 1] = format.mediaType;
        request("GET", "/messages", true, all);
        return recorder;
    }

    /**
     * Sends a request's HEADERS on a new stream and returns its number.
     *
     * @param whole whether the request has no body
     * @param headers alternating names and values
     */
    synchronized int request(String method, String path, boolean whole, String... headers) {
        lastStream += 2;
        var all = new String[8 + headers.length];
        var pseudo = new String[] {":method", method, ":scheme", "https", ":authority", authority, ":path", path(path)};
        System.arraycopy(pseudo, 0, all, 0, pseudo.length);
        System.arraycopy(headers, 0, all, pseudo.length, headers.length);
        int flags = Frame.END_HEADERS | (whole ? Frame.END_STREAM : 0);
        send(new Frame(Frame.HEADERS, flags, lastStream, Hpack.encode(all)));
        return lastStream;
    }

    /** Returns a path of the server relative to its host. */
    String path(String path) {
        return path.startsWith("/") ? prefix + path : path;
    }

    /** Returns the recorder of the response on a stream, for a {@link #request}; it has everything that came. */
    Recorder recorder(int stream) {
        return reader.recorder(stream);
    }

    void data(int stream, byte[] bytes, boolean last) {
        send(new Frame(Frame.DATA, last ? Frame.END_STREAM : 0, stream, bytes));
    }

    /** Posts a text so many times, fifty at once: one after the other would take seconds. Returns when all are answered. */
    void post(int times, String text) {
        var body = WireRecord.JSON
                .createObjectNode()
                .put("user", "ann")
                .put("text", text)
                .toString()
                .getBytes(UTF_8);
        for (int i = 0; i < times; i += 50) {
            Stream.generate(() -> request("POST", "/messages", false, "content-type", "application/json"))
                    .limit(50)
                    .peek(post -> data(post, body, true))
                    .toList()
                    .forEach(post -> assertEquals(
                            201, recorder(post).awaitHead().status(), "the status with which a POST is answered"));
        }
    }

    /** Sends SETTINGS, as alternating identifiers and values. */
    void settings(int... idsAndValues) {
        var payload = ByteBuffer.allocate(idsAndValues.length * 3);
        for (int i = 0; i < idsAndValues.length; i += 2) {
            payload.putShort((short) idsAndValues[i]).putInt(idsAndValues[i + 1]);
        }
        send(new Frame(Frame.SETTINGS, 0, 0, payload.array()));
    }

    /** Adds bytes to the window of a stream, or of the connection: stream 0. */
    void windowUpdate(int stream, int bytes) {
        send(Frame.ofInts(Frame.WINDOW_UPDATE, 0, stream, bytes));
    }

    /**
     * Leaves each stream a window of so many bytes more than this one has had, and returns how many that is. The server knows
     * by then: it might handle a request on another connection first.
     */
    int leave(int bytes, Recorder stream) {
        int had = stream.size();
        settings(Frame.SETTING_INITIAL_WINDOW_SIZE, had + bytes);
        ping(had + bytes);
        awaitPong(had + bytes);
        return had;
    }

    /** Resets a stream with an error code: 8 is CANCEL, 2 is INTERNAL_ERROR. */
    void reset(int stream, int code) {
        send(Frame.ofInts(Frame.RST_STREAM, 0, stream, code));
    }

    /** Sends GOAWAY, which says that no stream of the server's has been seen. */
    void goAway(int code) {
        send(Frame.ofInts(Frame.GOAWAY, 0, 0, 0, code));
    }

    /** Sends a PING with this number in its eight bytes. */
    void ping(int number) {
        send(Frame.ofInts(Frame.PING, 0, 0, 0, number));
    }

    /** Waits for the answer to the PING with this number: the server has then read everything sent before it. */
    void awaitPong(int number) {
        await(
                frame -> frame.is(Frame.PING) && frame.has(Frame.ACK) && frame.number(4) == number,
                "an answer to PING " + number);
    }

    /** Returns the value that the server's first SETTINGS gave for this identifier. */
    OptionalInt serverSetting(int id) {
        return await(frame -> frame.is(Frame.SETTINGS) && !frame.has(Frame.ACK), "the server's SETTINGS")
                .setting(id);
    }

    /** Ends our half of the TCP connection as an exiting process does: FIN, without a TLS alert. Reading goes on. */
    void fin() {
        socket.fin();
    }

    /** Tears the connection down with a TCP reset. */
    void tcpReset() {
        socket.reset();
    }

    /** Stops reading: nothing more is read once this has returned. The PING releases a read in progress. */
    void freeze() {
        reader.freeze(true);
        try {
            socket.write(Frame.ofInts(Frame.PING, 0, 0, 0, 0).bytes());
        } catch (IOException e) {
            // The connection has ended, and the reading with it.
        }
        reader.awaitParked();
    }

    void thaw() {
        reader.freeze(false);
    }

    /** Returns the first frame since the connection began, or the first to come, that meets the condition. */
    Frame await(Predicate<Frame> condition, String expected) {
        return await(condition, expected, Deadline.PATIENCE);
    }

    Frame await(Predicate<Frame> condition, String expected, Duration within) {
        return reader.await(condition, expected, within);
    }

    /** Returns all frames that have arrived. */
    List<Frame> frames() {
        return reader.frames();
    }

    /** Drops everything received, which would count as the server's memory if both are in one JVM. */
    void forget() {
        reader.forget();
    }

    /** Waits until the server has ended the connection, and says how. */
    String awaitEnd(Duration within) {
        return reader.awaitEnd(within);
    }

    /** Returns whether the server has ended the connection. */
    boolean ended() {
        return reader.ended();
    }

    String authority() {
        return authority;
    }

    /** Closes the connection, with a TCP reset if there is anything unread. */
    @Override
    public void close() {
        reader.freeze(false);
        socket.close();
    }
}
