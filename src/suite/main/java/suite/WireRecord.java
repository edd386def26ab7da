package suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One record of an open response, whatever its form: the JSON object and, in SSE, the event that carried it. The types are
 * {@code start}, {@code message}, {@code heartbeat} and {@code bye}; a document of the seed's form is a {@code snapshot}.
 *
 * <p><b>Threads:</b> immutable.
 */
record WireRecord(String type, JsonNode fields, Optional<Sse.Event> event) {

    /** Strict: one value and nothing after it, no duplicate names. */
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static JsonNode object(String json) {
        if (json.isBlank()) {
            throw new MalformedRecord("empty where a JSON object must be");
        }
        JsonNode node;
        try {
            node = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new MalformedRecord("not JSON (" + reason(e) + "): " + MalformedRecord.quote(json));
        }
        if (!node.isObject()) {
            throw new MalformedRecord("JSON, but not an object: " + MalformedRecord.quote(json));
        }
        return node;
    }

    /** Returns Jackson's reason for rejecting the text, without its notes about itself. */
    private static String reason(JacksonException e) {
        return e.getOriginalMessage().replaceFirst(" \\(start marker at .*", "");
    }

    /** Returns the field {@code id}, or an empty string. */
    String id() {
        return text("id");
    }

    /** Returns a field that must be a string, or an empty string if it is missing. */
    String text(String field) {
        var node = fields.get(field);
        if (node == null) {
            return "";
        }
        if (!node.isString()) {
            throw new AssertionError("the field \"" + field + "\" is not a string in " + fields);
        }
        return node.stringValue();
    }

    /** Returns a field that must be present and an integer. */
    long number(String field) {
        var node = fields.get(field);
        if (node == null || !node.isIntegralNumber()) {
            throw CheckFailed.withLikelyCause(
                    new AssertionError("the field \"" + field + "\" is not an integer in " + fields),
                    node != null && node.isString()
                            ? "A number stands in JSON without quotation marks; with them it is a string."
                            : "");
        }
        return node.longValue();
    }

    /** Returns a field that must be present and be true or false. */
    boolean flag(String field) {
        var node = fields.get(field);
        if (node == null || !node.isBoolean()) {
            throw new AssertionError("the field \"" + field + "\" is not true or false in " + fields);
        }
        return node.booleanValue();
    }

    boolean is(String type) {
        return this.type.equals(type);
    }

    /** Returns the message that a {@code message} record carries. */
    Message message() {
        if (!is("message")) {
            throw new AssertionError("expected a message, but " + this + " came");
        }
        return message(this);
    }

    /** Returns the messages of a {@code snapshot}, in its order: newest first. */
    List<Message> messages() {
        if (!is("snapshot")) {
            throw new AssertionError("expected a snapshot, but " + this + " came");
        }
        var messages = new ArrayList<Message>();
        for (var node : fields.get(fields.has("msg") ? "msg" : "messages")) {
            messages.add(message(new WireRecord("message", node, Optional.empty())));
        }
        return messages;
    }

    private static Message message(WireRecord record) {
        return new Message(record.id(), record.text("user"), record.text("text"), record.number("time"));
    }

    @Override
    public String toString() {
        return MalformedRecord.quote(fields.toString());
    }
}
