package suite;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Reads NDJSON: every line is one JSON object in UTF-8 with a {@code type}, and ends with a line feed. An empty line, a byte
 * order mark or a second value on a line is malformed.
 *
 * <p><b>Threads:</b> confined to one thread.
 */
final class Ndjson extends JsonLines {

    @Override
    WireRecord record(String line, JsonNode fields) {
        var type = fields.get("type");
        if (type == null && Snapshots.isOne(fields)) {
            return new WireRecord(
                    "snapshot", fields, Optional.empty()); // Lesson 01 sends it, before there are records.
        }
        if (type == null || !type.isString()) {
            throw malformed("without a \"type\": " + MalformedRecord.quote(line));
        }
        return new WireRecord(type.stringValue(), fields, Optional.empty());
    }
}
