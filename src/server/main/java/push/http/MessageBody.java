package push.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import push.Json;
import push.NewMessage;
import push.http.Problem.Fault;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Parses the content of a POST into a message.
 *
 * <p><b>Threads:</b> any thread; it has no state.
 */
public final class MessageBody {
    private static final String FORM = ": send one object, {\"user\":\"…\",\"text\":\"…\"}.";

    private MessageBody() {}

    /**
     * Parses the content. Fails with 400 if it is not a JSON object in UTF-8, or 422 with a pointer to each invalid
     * field.
     */
    public static NewMessage parse(byte[] body) throws Problem {
        JsonNode json;
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            json = Json.MAPPER.readTree(text.toString());
        } catch (CharacterCodingException e) {
            throw new Problem(400, "The body is not UTF-8: send JSON in UTF-8.");
        } catch (JacksonException e) {
            var at = e.getLocation();
            String why = e.getOriginalMessage().split(" ?[(:\n]", 2)[0]; // The rest is about Jackson.
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new Problem(400, "The body is not JSON" + where + " (" + why + ")" + FORM);
        }
        if (!json.isObject()) {
            throw new Problem(400, "The body is not a JSON object" + FORM);
        }
        List<Fault> faults = new ArrayList<>();
        String user = field(json, "user", NewMessage.MAX_USER, faults);
        String text = field(json, "text", NewMessage.MAX_TEXT, faults);
        if (!faults.isEmpty()) {
            String detail = faults.stream().map(Fault::detail).collect(Collectors.joining("; ")) + ".";
            throw new Problem(422, detail, faults, Map.of());
        }
        return new NewMessage(NewMessage.normalizeUser(user), text);
    }

    /**
     * Refuses a body whose name needs every check. What this loads would otherwise take the IO thread of the first
     * client several tenths of a second.
     */
    static void warm() {
        try {
            parse("{\"user\":\"Zoe\u0308 1\",\"text\":7}".getBytes(StandardCharsets.UTF_8));
        } catch (Problem refused) {
            refused.json();
        }
    }

    private static String field(JsonNode json, String name, int max, List<Fault> faults) {
        JsonNode value = json.get(name);
        String text = value != null && value.isString() ? value.stringValue() : "";
        String fault = value == null ? "is missing" : value.isString() ? fault(name, text) : "is not a string";
        if (fault != null) {
            String what = fault.contains(": ") ? "" : ": give 1 to " + max + " characters";
            faults.add(new Fault("#/" + name, name + ' ' + fault + what));
        }
        return text;
    }

    private static @Nullable String fault(String name, String text) {
        return name.equals("user") ? NewMessage.userFault(text) : NewMessage.textFault(text);
    }
}
