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

    /** Returns what a server probably does whose line is malformed in this way, or an empty string. */
    static String likelyCause(String fault) {
        if (fault.contains("empty where")) {
            return "A line feed stands where no record is: one too many behind a record, or one before it. It ends a record, and"
                    + " nothing separates two of them.";
        }
        if (fault.contains("without a \"type\"")) {
            return "A record begins with its type, which tells a client how to read the rest: \"type\":\"message\".";
        }
        if (fault.contains("): \\ufeff")) {
            return "The bytes begin with a byte order mark, which many encoders of UTF-8 write unasked. JSON has none.";
        }
        if (fault.endsWith("): {")) {
            return "A record is one line, and this JSON goes on in the next one: it is printed prettily.";
        }
        return fault.contains("): data:") || fault.contains("): id:") || fault.contains("): event:")
                ? "That is a line of server-sent events, another form. In NDJSON a line is the JSON object and nothing else."
                : "";
    }

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
