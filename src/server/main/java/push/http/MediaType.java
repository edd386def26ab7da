package push.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A media type or a media range, with its parameters (RFC 9110, 8.3.1 and 12.5.1).
 *
 * <p>It exists because a media type is a structure, not a string: {@code application/json;} and
 * {@code Application/JSON; charset="UTF-8"} both denote {@code application/json}.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param name type and subtype, in lower case
 * @param parameters in order, with names in lower case
 */
public record MediaType(String name, List<Map.Entry<String, String>> parameters) {
    /** Creates a media type from its parts. */
    public MediaType {
        parameters = List.copyOf(parameters);
    }

    /** Parses a value that consists of one media type. Returns null if it is malformed. */
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
                continue; // A parameter may be empty (5.6.6).
            }
            String parameter = in.take('=') ? in.tokenOrQuoted() : null;
            if (parameter == null) {
                return null;
            }
            parameters.add(Map.entry(name.toLowerCase(Locale.ROOT), parameter));
        }
        return new MediaType((type + '/' + subtype).toLowerCase(Locale.ROOT), parameters);
    }

    /** Returns whether the type has no charset parameter, or only this value for it. */
    boolean allowsCharset(String charset) {
        return parameters.stream()
                .allMatch(parameter -> !parameter.getKey().equals("charset")
                        || parameter.getValue().equalsIgnoreCase(charset));
    }

    /**
     * Requires JSON in UTF-8; any other content type is refused with 415.
     *
     * @param lines the lines of Content-Type; null if the field is absent
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
            throw new Problem(415, "The Content-Type is not that of JSON: send application/json.");
        }
        // IANA does not list utf8, but the WHATWG does, and the parameter means nothing in JSON (RFC 8259, 11).
        if (!type.allowsCharset("utf-8") && !type.allowsCharset("utf8")) {
            throw new Problem(415, "The Content-Type names another charset: send JSON in UTF-8 (RFC 8259, 8.1).");
        }
    }
}
