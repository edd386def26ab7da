package suite;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads NDJSON: every line is one JSON object in UTF-8 with a {@code type}, and ends with a line feed. An empty line, a byte
 * order mark or a second value on a line is malformed.
 *
 * <p><b>Threads:</b> confined to one thread.
 */
final class Ndjson extends Records {

    @Override
    int pending() {
        return lineLength();
    }

    @Override
    void feed(byte next, Consumer<WireRecord> found) {
        if (next != '\n') {
            append(next);
            return;
        }
        var line = takeLine();
        var fields = parse(line);
        var type = fields.get("type");
        if (type == null || !type.isString()) {
            throw malformed("without a \"type\": " + MalformedRecord.quote(line));
        }
        found.accept(new WireRecord(type.stringValue(), fields, Optional.empty()));
    }
}
