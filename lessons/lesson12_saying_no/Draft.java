package lesson12_saying_no;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import lesson12_saying_no.Problem.Fault;
import push.NewMessage;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a client may choose of a message. All of it is checked before the log, which everybody shares, is touched. */
final class Draft {
    private static final JsonMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(16).build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Draft() {}

    static NewMessage parse(byte[] body) throws Problem {
        JsonNode json = object(body);
        var faults = new ArrayList<Fault>();
        String user = field(json, "user", NewMessage::userFault, faults);
        String text = field(json, "text", Draft::textFault, faults);
        if (!faults.isEmpty()) {
            throw new Problem(422, "Not every field is as it must be: see errors.", faults);
        }
        return new NewMessage(NewMessage.normalizeUser(user), text);
    }

    private static JsonNode object(byte[] body) throws Problem {
        try {
            // Decoded here, and strictly: given bytes, Jackson would guess that they are UTF-16 or UTF-32.
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
            JsonNode json = STRICT.readTree(text);
            if (json.isObject()) {
                return json;
            }
        } catch (CharacterCodingException | JacksonException e) {
            // Answered below: no stack trace of ours helps a client.
        }
        throw new Problem(400, "The body is not a JSON object in UTF-8: send {\"user\":\"…\",\"text\":\"…\"}.");
    }

    private static String field(JsonNode json, String name, Function<String, String> check, List<Fault> faults) {
        JsonNode value = json.get(name);
        String text = value != null && value.isString() ? value.stringValue() : null;
        String fault = value == null ? "is missing" : text == null ? "is not a string" : check.apply(text);
        if (fault != null) {
            faults.add(new Fault("#/" + name, name + " " + fault));
        }
        return text;
    }

    /** Counted in code points: a char is not a character, and a byte even less. */
    private static String textFault(String text) {
        long length = text.codePoints().count();
        if (length < 1 || length > NewMessage.MAX_TEXT) {
            return "has " + length + " characters: give 1 to " + NewMessage.MAX_TEXT;
        }
        if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            return "has half of a surrogate pair: remove it";
        }
        if (text.codePoints().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t')) {
            return "has a control character: remove it";
        }
        return null;
    }
}
