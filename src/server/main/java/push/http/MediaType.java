package push.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A media type or a media range, with its parameters (RFC 9110, 8.3.1 and 12.5.1).
 *
 * <p>It exists because a media type is a structure and not a string: {@code application/json;} and {@code
 * Application/JSON; charset="UTF-8"} are both what {@code application/json} is.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param name type and subtype, in small letters
 * @param parameters in their order, the names in small letters
 */
public record MediaType(String name, List<Map.Entry<String, String>> parameters) {
    /** A media type of these parts. */
    public MediaType {
        parameters = List.copyOf(parameters);
    }

    /** The media type that is all of this value; null if it is none. */
    static @Nullable MediaType parse(String value) {
        FieldReader in = new FieldReader(value);
        String type = in.space().token();
        boolean slash = in.take('/');
        String subtype = in.token();
        if (type.isEmpty() || !slash || subtype.isEmpty()) {
            return null;
        }
        List<Map.Entry<String, String>> parameters = new ArrayList<>();
        while (!in.space().atEnd()) {
            if (!in.take(';')) {
                return null;
            }
            String name = in.space().token();
            if (name.isEmpty()) {
                continue; // A parameter may be left out (5.6.6).
            }
            String parameter = in.take('=') ? in.tokenOrQuoted() : null;
            if (parameter == null) {
                return null;
            }
            parameters.add(Map.entry(name.toLowerCase(Locale.ROOT), parameter));
        }
        return new MediaType((type + '/' + subtype).toLowerCase(Locale.ROOT), parameters);
    }

    /** Whether it has no charset, or none but this one. */
    boolean allowsCharset(String charset) {
        return parameters.stream()
                .allMatch(parameter -> !parameter.getKey().equals("charset")
                        || parameter.getValue().equalsIgnoreCase(charset));
    }

    /**
     * Refuses every body but JSON in UTF-8 with 415.
     *
     * @param lines those of Content-Type; null if there are none
     */
    public static void requireJson(@Nullable List<String> lines) throws Problem {
        if (lines == null || lines.size() != 1) {
            throw new Problem(
                    415,
                    "Send one Content-Type: application/json; this request has "
                            + (lines == null ? "none." : lines.size() + " of them."));
        }
        MediaType type = parse(lines.get(0));
        if (type == null) {
            throw new Problem(415, "The Content-Type is not a media type: send application/json.");
        }
        if (!type.name.equals("application/json")) {
            throw new Problem(415, "The Content-Type is not application/json: send that.");
        }
        if (!type.allowsCharset("utf-8")) {
            throw new Problem(415, "The Content-Type names another charset: send JSON in UTF-8 (RFC 8259, 8.1).");
        }
    }
}
