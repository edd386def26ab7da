package suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import okhttp3.HttpUrl;

/**
 * Shows the frames between a server and one client that opens a stream and posts messages: one line each with its time,
 * direction, stream, type, flags and length, and below it the content: a request, a status, the records of a stream.
 *
 * <p><b>Threads:</b> the caller's, and the connection's reader; lines are guarded by this object's lock.
 */
public final class Wire implements RawClient.Tap, AutoCloseable {

    /** The head of the columns. */
    public static final String HEAD =
            String.format("%8s    %6s %-13s %-23s %8s", "seconds", "stream", "type", "flags", "length");

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final String INSIDE = " ".repeat(19);

    private final Consumer<String> lines;
    private final int width;
    private final long began = System.nanoTime();
    private final FrameText theirs;
    private final FrameText ours;
    private final RawClient client;
    private final Recorder stream;

    private Wire(HttpUrl root, Format format, int width, Consumer<String> lines) {
        this.lines = lines;
        this.width = width;
        theirs = new FrameText(format);
        ours = new FrameText(Format.ANY);
        lines.accept(HEAD);
        client = RawClient.connect(root, RawClient.Options.PLAIN, this);
        stream = client.openUnread(format);
        settle();
    }

    /**
     * Opens the stream and posts each line that is typed, until there are no more.
     *
     * @param options select the server; it is started and stopped, unless it is already running
     * @param sse whether the stream is of server-sent events rather than NDJSON
     * @param width the columns of a line
     * @param typed the next line, or null
     * @return how the connection ended, if the server ended it; else an empty string
     */
    public static String show(Options options, boolean sse, int width, Consumer<String> lines, Supplier<String> typed) {
        var launch = Launch.of(
                options, Map.of("PUSH_PORT", "0"), Thread.currentThread().getContextClassLoader());
        try (var wire = new Wire(launch.root(), sse ? Format.SSE : Format.NDJSON, width, lines)) {
            for (var text = typed.get(); text != null && !wire.client.ended(); text = typed.get()) {
                wire.post(text);
            }
            wire.settle();
            return wire.client.ended() ? wire.client.awaitEnd(Duration.ofSeconds(1)) : "";
        } finally {
            launch.close();
        }
    }

    /** Returns the frames of a client that opens a stream and posts one message. */
    public static List<String> sample(Options options, int width) {
        var lines = Collections.synchronizedList(new ArrayList<String>());
        try {
            var typed = new ArrayDeque<>(List.of("hello"));
            var end = show(options, false, width, lines::add, typed::poll);
            if (!end.isEmpty()) {
                lines.add("the connection ended: " + end);
            }
        } catch (AssertionError e) {
            lines.add(e.getMessage());
        }
        return List.copyOf(lines);
    }

    private void post(String text) {
        var json = WireRecord.JSON.createObjectNode().put("user", "you").put("text", text);
        int stream = client.request("POST", "/messages", false, "content-type", "application/json");
        client.data(stream, json.toString().getBytes(UTF_8), true);
    }

    /** Waits until nothing has come for a moment. */
    private void settle() {
        int seen;
        do {
            seen = client.frames().size();
            Deadline.pause(Duration.ofMillis(150));
        } while (client.frames().size() > seen);
    }

    @Override
    public void sent(byte[] bytes) {
        int skip =
                bytes.length >= PREFACE.length() && new String(bytes, 0, 3, UTF_8).equals("PRI") ? PREFACE.length() : 0;
        if (skip > 0) {
            say("->", "", "preface", "", PREFACE.length(), List.of());
        }
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes, skip, bytes.length - skip))) {
            for (var frame = Frame.read(in); frame.isPresent(); frame = Frame.read(in)) {
                say("->", frame.get(), ours);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void received(Frame frame) {
        say("<-", frame, theirs);
    }

    private void say(String way, Frame frame, FrameText text) {
        say(
                way,
                String.valueOf(frame.stream()),
                frame.name(),
                FrameText.flags(frame),
                frame.payload().length,
                text.inside(frame));
    }

    private synchronized void say(
            String way, String stream, String type, String flags, int length, List<String> inside) {
        double seconds = (System.nanoTime() - began) / 1e9;
        lines.accept(
                String.format(Locale.ROOT, "%8.3f %s %6s %-13s %-23s %8d", seconds, way, stream, type, flags, length));
        for (var line : inside) {
            lines.accept(INSIDE
                    + (line.length() <= width - INSIDE.length()
                            ? line
                            : line.substring(0, width - INSIDE.length() - 1) + "…"));
        }
    }

    @Override
    public void close() {
        stream.close();
        client.close();
    }
}
