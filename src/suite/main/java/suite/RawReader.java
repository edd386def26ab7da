package suite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.undertow.protocols.http2.HpackException;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import okhttp3.Protocol;

/**
 * The reading half of a {@link RawClient}: it logs every frame, passes each stream's head, body and end to its recorder, and
 * answers SETTINGS and PING unless the options forbid it.
 *
 * <p><b>Length:</b> the log of frames, and every wait on it, are guarded by one lock.
 *
 * <p><b>Threads:</b> a thread of its own reads; the log is guarded by this object's lock.
 */
final class RawReader {

    private final RawClient client;
    private final TlsSocket socket;
    private final RawClient.Options options;
    private final RawClient.Tap tap;
    private final Hpack hpack = new Hpack();
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    private boolean endAfterBlock;

    @GuardedBy("this")
    private final List<Frame> log = new ArrayList<>();

    @GuardedBy("this")
    private final Map<Integer, Recorder> recorders = new HashMap<>();

    @GuardedBy("this")
    private Optional<String> end = Optional.empty();

    @GuardedBy("this")
    private String goAway = ""; // The GOAWAY that the end reports, if any.

    @GuardedBy("this")
    private boolean frozen;

    @GuardedBy("this")
    private boolean parked;

    RawReader(RawClient client, TlsSocket socket, RawClient.Options options, RawClient.Tap tap) {
        this.tap = tap;
        this.client = client;
        this.socket = socket;
        this.options = options;
    }

    void start() {
        Threads.named("suite-raw-reader").execute(this::read);
    }

    /** Sets the form in which the response on a stream is read; call it before the request is sent. */
    synchronized Recorder record(int stream, Format format, String what) {
        var recorder = new Recorder(what, format, () -> leave(stream));
        recorders.put(stream, recorder);
        endWithConnection(recorder);
        return recorder;
    }

    /** Returns the recorder of a stream. If none was requested, it keeps the body and finds no records in it. */
    synchronized Recorder recorder(int stream) {
        var recorder = recorders.get(stream);
        return recorder == null ? record(stream, Format.ANY, "stream " + stream) : recorder;
    }

    synchronized void freeze(boolean frozen) {
        this.frozen = frozen;
        notifyAll();
    }

    /** Waits until the reading, or the connection, has stopped. */
    synchronized void awaitParked() {
        Deadline.in(Deadline.PATIENCE).await(this, () -> parked() || ended());
        if (!parked && !ended()) {
            throw new AssertionError("expected an answer to PING, for the reading to stop after it, but " + soFar());
        }
    }

    synchronized Frame await(Predicate<Frame> condition, String expected, Duration within) {
        var deadline = Deadline.in(within);
        for (int i = 0; ; i++) {
            int next = i;
            deadline.await(this, () -> logged() > next || ended());
            if (log.size() == next) {
                throw new AssertionError(
                        "expected " + expected + " within " + Deadline.say(within) + ", but " + soFar());
            }
            if (condition.test(log.get(next))) {
                return log.get(next);
            }
        }
    }

    synchronized void forget() {
        log.clear();
        recorders.clear();
    }

    synchronized List<Frame> frames() {
        return List.copyOf(log);
    }

    synchronized String awaitEnd(Duration within) {
        Deadline.in(within).await(this, this::ended);
        return end.orElseThrow(() -> new AssertionError(
                "expected the server to end the connection within " + Deadline.say(within) + ", but " + soFar()));
    }

    synchronized String soFar() {
        var last = log.subList(Math.max(0, log.size() - 5), log.size());
        return end.map(how -> "the connection has ended: " + how).orElse("the connection is open") + "; of "
                + log.size() + " frames the last are " + last;
    }

    private synchronized boolean parked() {
        return parked;
    }

    private void leave(int stream) {
        if (!ended()) {
            client.reset(stream, 8);
        }
    }

    private synchronized int logged() {
        return log.size();
    }

    synchronized boolean ended() {
        return end.isPresent();
    }

    private void read() {
        String how;
        try {
            var in = new DataInputStream(socket.input());
            for (var frame = next(in); frame.isPresent(); frame = next(in)) {
                take(frame.get());
            }
            how = "closed by the server";
        } catch (IOException | HpackException e) {
            how = e.toString();
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            how = "the server sent a frame that is too short for its type: " + e;
        }
        synchronized (this) {
            end = Optional.of(how);
            recorders.values().forEach(this::endWithConnection);
            notifyAll();
        }
    }

    private synchronized void endWithConnection(Recorder recorder) {
        end.ifPresent(how -> recorder.end(Ending.How.CONNECTION, "", how + goAway));
    }

    private Optional<Frame> next(DataInputStream in) throws IOException {
        synchronized (this) {
            while (frozen) {
                parked = true;
                notifyAll();
                try {
                    wait();
                } catch (InterruptedException e) {
                    throw new IOException("interrupted while frozen", e);
                }
            }
            parked = false;
        }
        return Frame.read(in);
    }

    private void take(Frame frame) throws HpackException {
        tap.received(frame);
        switch (frame.type()) {
            case Frame.SETTINGS ->
                answer(frame, new Frame(Frame.SETTINGS, Frame.ACK, 0, new byte[0]), options.ackSettings());
            case Frame.PING -> answer(frame, new Frame(Frame.PING, Frame.ACK, 0, frame.payload()), true);
            case Frame.HEADERS, Frame.CONTINUATION -> headers(frame);
            case Frame.DATA -> data(frame);
            case Frame.RST_STREAM -> recorder(frame.stream()).end(Ending.How.RESET, Frame.error(frame.number(0)), "");
            default -> {} // Logged, like every frame.
        }
        synchronized (this) {
            log.add(frame);
            goAway = frame.is(Frame.GOAWAY) ? " after " + frame : goAway;
            notifyAll();
        }
    }

    private void answer(Frame frame, Frame answer, boolean wanted) {
        if (wanted && !frame.has(Frame.ACK)) {
            write(answer);
        }
    }

    private void write(Frame answer) {
        try {
            socket.write(answer.bytes());
        } catch (IOException e) {
            // The server has closed the connection; earlier bytes are still to be read.
        }
    }

    private void headers(Frame frame) throws HpackException {
        if (frame.is(Frame.HEADERS)) {
            endAfterBlock = frame.has(Frame.END_STREAM);
        }
        block.write(frame.payload(), frame.start(), frame.length());
        if (!frame.has(Frame.END_HEADERS)) {
            return;
        }
        var headers = hpack.decode(block.toByteArray());
        block.reset();
        var status = headers.get(":status");
        var recorder = recorder(frame.stream());
        if (status != null && !status.startsWith("1")) {
            recorder.head(new Intake.Head(Integer.parseInt(status), Protocol.HTTP_2, headers));
        }
        if (endAfterBlock) {
            recorder.end(Ending.How.END_STREAM, "", "");
        }
    }

    private void data(Frame frame) {
        int length = frame.payload().length;
        var recorder = recorder(frame.stream());
        if (frame.length() > 0) {
            recorder.take(frame.payload(), frame.start(), frame.length());
        }
        if (frame.has(Frame.END_STREAM)) {
            recorder.end(Ending.How.END_STREAM, "", "");
        }
        if (options.refillWindows() && length > 0) {
            write(Frame.ofInts(Frame.WINDOW_UPDATE, 0, 0, length));
            if (!frame.has(Frame.END_STREAM)) {
                write(Frame.ofInts(Frame.WINDOW_UPDATE, 0, frame.stream(), length));
            }
        }
    }
}
