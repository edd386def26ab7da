package push.nats;

import java.nio.charset.StandardCharsets;
import push.Json;
import push.NewMessage;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The content of a message in the stream: a JSON object with the user and the text.
 *
 * <p><b>Threads:</b> any thread; it has no state.
 */
final class Body {
    /** Stands for content that no server of this kind has published. To omit it would be a gap in every log. */
    static final NewMessage FOREIGN = new NewMessage("?", "This message cannot be shown: its content is malformed.");

    private Body() {}

    static byte[] encode(NewMessage message) {
        String json = "{\"user\":" + Json.quote(message.user()) + ",\"text\":" + Json.quote(message.text()) + '}';
        return json.getBytes(StandardCharsets.UTF_8);
    }

    /** Parses content. Applies only the bounds on which memory depends, which are the same in every version. */
    static NewMessage decode(byte[] body) {
        try {
            JsonNode json = Json.MAPPER.readTree(body);
            String user = json.path("user").asString("");
            String text = json.path("text").asString("");
            boolean fits = json.isObject()
                    && isWithin(user, NewMessage.MAX_USER)
                    && NewMessage.textFault(user) == null
                    && isWithin(text, NewMessage.MAX_TEXT)
                    && NewMessage.textFault(text) == null;
            return fits ? new NewMessage(user, text) : FOREIGN;
        } catch (JacksonException e) {
            return FOREIGN;
        }
    }

    private static boolean isWithin(String text, int max) {
        return !text.isEmpty() && text.codePointCount(0, text.length()) <= max;
    }
}
