package suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the seed's form: whole documents {@code {"messages":[…]}}, or with the key {@code msg}, each on a line of its own.
 *
 * <p><b>Threads:</b> confined to one thread.
 */
final class Snapshots extends JsonLines {

    private static final Pattern BEGIN = Pattern.compile("\\{\\s*\"messages\"\\s*:");
    private static final JsonMapper FIRST_OF_MANY = new JsonMapper();

    /** Returns whether an object is such a document, judged by its one array. */
    static boolean isOne(JsonNode fields) {
        return fields.path("messages").isArray();
    }

    /** Returns the messages of the first document in this text, if there is one and it is complete. */
    static Optional<List<JsonNode>> first(String text) {
        var begin = BEGIN.matcher(text);
        return begin.find() ? messages(text.substring(begin.start())) : Optional.empty();
    }

    /** Returns the messages of the last document in this text, if there is one and it is complete. */
    static Optional<List<JsonNode>> last(String text) {
        return BEGIN.matcher(text)
                .results()
                .reduce((earlier, later) -> later)
                .flatMap(last -> messages(text.substring(last.start())));
    }

    private static Optional<List<JsonNode>> messages(String text) {
        try (var parser = FIRST_OF_MANY.createParser(text)) {
            var messages = new ArrayList<JsonNode>();
            FIRST_OF_MANY.readTree(parser).path("messages").forEach(messages::add);
            return Optional.of(messages);
        } catch (JacksonException e) {
            return Optional.empty(); // The rest is on its way.
        }
    }

    /** Returns the texts of these messages. */
    static List<String> texts(List<JsonNode> messages) {
        return messages.stream()
                .map(message -> message.path("text").asString(""))
                .toList();
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
