package suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Reads server-sent events as specified by the WHATWG HTML standard (section 9.2, Server-sent events): lines end with
 * CR, LF or CRLF, one byte order mark may come first, an empty line dispatches. The data of each event must be one JSON
 * object.
 *
 * <p><b>Threads:</b> confined to one thread.
 */
final class Sse extends Records {

    /**
     * One event as it was dispatched. {@code id} and {@code retry} are those of this event itself, not those left over
     * from an earlier one.
     *
     * @param name the {@code event:} field, empty where there was none: then a browser's {@code onmessage} fires
     */
    record Event(String name, String data, Optional<String> id, Optional<Long> retry) {}

    private final List<String> data = new ArrayList<>();
    private String name = "";
    private Optional<String> id = Optional.empty();
    private Optional<Long> retry = Optional.empty();
    private boolean first = true;
    private boolean afterCr;
    private int held;

    /** Returns the number of bytes of the event that no empty line has dispatched yet, comments included. */
    @Override
    int pending() {
        return held + lineLength();
    }

    @Override
    void feed(byte next, Consumer<WireRecord> found) {
        boolean secondHalf = afterCr && next == '\n';
        afterCr = next == '\r';
        if (secondHalf) {
            return;
        }
        if (next != '\r' && next != '\n') {
            append(next);
            return;
        }
        held += lineLength() + 1;
        var line = takeLine();
        if (first && line.startsWith("\uFEFF")) {
            line = line.substring(1);
        }
        first = false;
        if (line.isEmpty()) {
            dispatch(found);
        } else {
            take(line);
        }
    }

    private void take(String line) {
        int colon = line.indexOf(':');
        var field = colon < 0 ? line : line.substring(0, colon);
        var value = colon < 0 ? "" : line.substring(colon + 1);
        if (value.startsWith(" ")) {
            value = value.substring(1);
        }
        switch (field) {
            case "data" -> data.add(value);
            case "event" -> name = value;
            case "id" -> id = value.indexOf('\0') < 0 ? Optional.of(value) : id;
            case "retry" -> retry = value.matches("[0-9]{1,18}") ? Optional.of(Long.valueOf(value)) : retry;
            default -> {
                // A comment, whose field is empty, or a field that the standard does not know: both are ignored.
            }
        }
    }

    private void dispatch(Consumer<WireRecord> found) {
        var event = new Event(name, String.join("\n", data), id, retry);
        boolean empty = data.isEmpty();
        data.clear();
        name = "";
        id = Optional.empty();
        retry = Optional.empty();
        held = 0;
        if (!empty) {
            var fields = parse(event.data());
            found.accept(new WireRecord(type(fields, event), fields, Optional.of(event)));
        }
    }

    private String type(JsonNode fields, Event event) {
        var type = fields.get("type");
        if (type == null) {
            return event.name().isEmpty() ? "message" : event.name();
        }
        if (!type.isString()) {
            throw malformed(
                    "the end of an event whose \"type\" is not a string: " + MalformedRecord.quote(event.data()));
        }
        return type.stringValue();
    }
}
