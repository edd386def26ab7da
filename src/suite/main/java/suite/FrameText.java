package suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.protocols.http2.HpackException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Describes the content of the frames that go one way on a connection: flags, settings, the line of a request or an
 * answer, and the records of streams.
 *
 * <p><b>Threads:</b> confined to one at a time, because HPACK and records are stateful.
 */
final class FrameText {

    private static final Map<Integer, String> SETTINGS = Map.of(
            1, "HEADER_TABLE_SIZE",
            2, "ENABLE_PUSH",
            3, "MAX_CONCURRENT_STREAMS",
            4, "INITIAL_WINDOW_SIZE",
            5, "MAX_FRAME_SIZE",
            6, "MAX_HEADER_LIST_SIZE");

    private final Format format;
    private final Hpack hpack = new Hpack();
    private final Map<Integer, Records> records = new HashMap<>();
    private final Map<Integer, String> types = new HashMap<>(); // The content-type of each answer.

    /** @param format of the streams; the bytes of any other are shown as text */
    FrameText(Format format) {
        this.format = format;
    }

    /** Returns the names of the flags, or {@code -} if there are none. */
    static String flags(Frame frame) {
        var flags = new StringJoiner(" ");
        if (frame.is(Frame.SETTINGS) || frame.is(Frame.PING)) {
            return frame.has(Frame.ACK) ? "ACK" : "-";
        }
        boolean streams = frame.is(Frame.DATA) || frame.is(Frame.HEADERS);
        if (streams && frame.has(Frame.END_STREAM)) {
            flags.add("END_STREAM");
        }
        if ((frame.is(Frame.HEADERS) || frame.is(Frame.CONTINUATION)) && frame.has(Frame.END_HEADERS)) {
            flags.add("END_HEADERS");
        }
        if (streams && frame.has(Frame.PADDED)) {
            flags.add("PADDED");
        }
        return flags.length() == 0 ? "-" : flags.toString();
    }

    /** Returns what the frame carries, one line each. */
    List<String> inside(Frame frame) {
        return switch (frame.type()) {
            case Frame.SETTINGS -> settings(frame);
            case Frame.HEADERS -> frame.has(Frame.END_HEADERS) ? head(frame) : List.of();
            case Frame.DATA -> body(frame);
            case Frame.RST_STREAM -> List.of(Frame.error(frame.number(0)));
            case Frame.GOAWAY -> List.of(Frame.error(frame.number(4)) + ", the last stream is " + frame.number(0));
            case Frame.WINDOW_UPDATE -> List.of(frame.number(0) + " bytes more");
            default -> List.of();
        };
    }

    private static List<String> settings(Frame frame) {
        return SETTINGS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(one -> frame.setting(one.getKey()).stream().mapToObj(value -> one.getValue() + " = " + value))
                .toList();
    }

    private List<String> head(Frame frame) {
        try {
            var block = Arrays.copyOfRange(frame.payload(), frame.start(), frame.start() + frame.length());
            var fields = hpack.decode(block);
            if (fields.get(":method") != null) {
                return List.of(fields.get(":method") + " " + fields.get(":path"));
            }
            var type = Optional.ofNullable(fields.get("content-type")).orElse("no content-type");
            types.put(frame.stream(), type);
            return List.of(fields.get(":status") + " " + type);
        } catch (HpackException e) {
            return List.of("its fields cannot be decoded: " + e.getMessage());
        }
    }

    /** Returns the records that end in this frame, or the text of any other body. */
    private List<String> body(Frame frame) {
        if (format == Format.ANY || !format.matches(types.getOrDefault(frame.stream(), ""))) {
            return new String(frame.payload(), frame.start(), frame.length(), UTF_8)
                    .lines()
                    .toList();
        }
        var parser = records.computeIfAbsent(frame.stream(), stream -> Records.of(format));
        var found = new ArrayList<String>();
        int before = parser.pending();
        try {
            parser.feed(
                    frame.payload(),
                    frame.start(),
                    frame.length(),
                    record -> found.add(record.fields().toString()));
        } catch (MalformedRecord e) {
            found.add(e.getMessage());
        }
        if (before > 0 && !found.isEmpty()) {
            found.set(0, "(… " + before + " bytes before) " + found.get(0));
        }
        if (parser.pending() > 0) {
            found.add("(the first " + parser.pending() + " bytes of a record that goes on …)");
        }
        return found;
    }
}
