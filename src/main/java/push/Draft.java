package push;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import push.Problem.Fault;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A message that a client has sent and that has no place in the order yet.
 *
 * <p>It exists so that all that can be checked is checked before the log is touched.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param user 1 to 64 code points, which show as what they are: see {@link Name}
 * @param text 1 to 4,096 code points, no control characters but line feed and tab
 */
public record Draft(String user, String text) {
    static final int MAX_USER = 64;
    static final int MAX_TEXT = 4_096;
    private static final String FORM = ": send one object, {\"user\":\"…\",\"text\":\"…\"}.";

    /** Reads a body; 400 if it is not a JSON object in UTF-8, 422 with a pointer to every field that is wrong. */
    public static Draft parse(byte[] body) throws Problem {
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
        String user = field(json, "user", MAX_USER, faults);
        String text = field(json, "text", MAX_TEXT, faults);
        if (!faults.isEmpty()) {
            String detail = faults.stream().map(Fault::detail).collect(Collectors.joining("; ")) + ".";
            throw new Problem(422, detail, faults, Map.of());
        }
        return new Draft(user, text);
    }

    private static String field(JsonNode json, String name, int max, List<Fault> faults) {
        JsonNode value = json.get(name);
        String text = value != null && value.isString() ? value.stringValue() : "";
        String fault = value == null ? "is missing" : value.isString() ? characterFault(text) : "is not a string";
        if (fault == null && name.equals("user")) {
            text = Name.normalize(text);
        }
        int length = text.codePointCount(0, text.length());
        if (fault == null && (length < 1 || length > max)) {
            fault = "has " + length + " characters";
        } else if (fault == null && name.equals("user")) {
            fault = Name.fault(text);
        }
        if (fault != null) {
            String what = fault.contains(": ") ? "" : ": give 1 to " + max + " characters";
            faults.add(new Fault("#/" + name, name + ' ' + fault + what));
        }
        return text;
    }

    private static @Nullable String characterFault(String text) {
        int count = 0;
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            count++;
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                return "has half of a surrogate pair as character " + count + ": remove it";
            }
            if (Character.isISOControl(c) && c != '\n' && c != '\t') {
                return "has " + Name.describe(c) + " as character " + count + ", a control character: remove it";
            }
        }
        return null;
    }
}
