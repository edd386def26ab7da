package suite;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Reads the seed's form: whole documents {@code {"messages":[…]}}, or with the key {@code msg}, each on a line of its own.
 *
 * <p><b>Threads:</b> confined to one thread.
 */
final class Snapshots extends JsonLines {

    /** Returns whether an object is such a document, judged by its one array. */
    static boolean isOne(JsonNode fields) {
        return fields.path("messages").isArray();
    }

    @Override
    WireRecord record(String line, JsonNode fields) {
        var messages = fields.get(fields.has("msg") ? "msg" : "messages");
        if (messages == null || !messages.isArray()) {
            throw malformed("a document without an array \"messages\" or \"msg\": " + MalformedRecord.quote(line));
        }
        for (var message : messages) {
            if (!message.isObject()) {
                throw malformed("a document with a message that is not an object: " + MalformedRecord.quote(line));
            }
        }
        return new WireRecord("snapshot", fields, Optional.empty());
    }
}
