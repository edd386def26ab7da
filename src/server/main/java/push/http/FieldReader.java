package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses a field value from left to right: tokens, quoted strings and lists (RFC 9110, 5.6).
 *
 * <p>It exists so that every field is parsed by one grammar, in linear time.
 *
 * <p><b>Threads:</b> confined to the thread that created it.
 */
final class FieldReader {
    private final String value;
    private int at;

    FieldReader(String value) {
        this.value = value;
    }

    /** Returns the field's lines as one value (RFC 9110, 5.3), or null if the field is absent. */
    static @Nullable String join(HttpServerExchange exchange, HttpString name) {
        var lines = exchange.getRequestHeaders().get(name);
        return lines == null ? null : String.join(",", lines);
    }

    /** Returns the non-empty elements of a list (5.6.1). A comma in a quoted string does not separate elements. */
    static List<String> elements(String list) {
        return elements(list, false);
    }

    /**
     * Returns the non-empty elements of a list, the last one first. Read from its end, a well-formed element stays what
     * it is, whatever precedes it.
     */
    static List<String> elementsFromEnd(String list) {
        return elements(list, true);
    }

    private static List<String> elements(String list, boolean fromEnd) {
        List<String> elements = new ArrayList<>();
        int length = list.length();
        int edge = fromEnd ? length : 0; // Where the current element begins, seen in this direction.
        boolean quoted = false;
        for (int i = 0; i <= length; i++) {
            int at = fromEnd ? length - 1 - i : i;
            if (i == length || (list.charAt(at) == ',' && !quoted)) {
                String element = fromEnd ? strip(list, at + 1, edge) : strip(list, edge, at);
                if (!element.isEmpty()) {
                    elements.add(element);
                }
                edge = fromEnd ? at : at + 1;
            } else if (list.charAt(at) == '"' && !(quoted && isEscaped(list, at))) {
                quoted = !quoted;
            }
        }
        return elements;
    }

    private static boolean isEscaped(String text, int at) {
        int before = at;
        while (before > 0 && text.charAt(before - 1) == '\\') {
            before--;
        }
        return (at - before) % 2 == 1;
    }

    private static String strip(String list, int from, int to) {
        int begin = from;
        int end = to;
        while (begin < end && isSpace(list.charAt(begin))) {
            begin++;
        }
        while (end > begin && isSpace(list.charAt(end - 1))) {
            end--;
        }
        return list.substring(begin, end);
    }

    boolean atEnd() {
        return at == value.length();
    }

    /** Skips optional whitespace (5.6.3). */
    FieldReader space() {
        while (at < value.length() && isSpace(value.charAt(at))) {
            at++;
        }
        return this;
    }

    /** Skips this character if it is next. Returns whether it was. */
    boolean take(char expected) {
        boolean there = at < value.length() && value.charAt(at) == expected;
        at += there ? 1 : 0;
        return there;
    }

    /** Returns a token (5.6.2), or an empty string if the next character is not a token character. */
    String token() {
        int from = at;
        while (at < value.length() && isTokenCharacter(value.charAt(at))) {
            at++;
        }
        return value.substring(from, at);
    }

    /** Returns a token or the content of a quoted string (5.6.4), or null if neither follows. */
    @Nullable
    String tokenOrQuoted() {
        if (!take('"')) {
            String token = token();
            return token.isEmpty() ? null : token;
        }
        StringBuilder text = new StringBuilder();
        while (at < value.length()) {
            char c = value.charAt(at++);
            if (c == '"') {
                return text.toString();
            }
            if (c == '\\') {
                if (atEnd()) {
                    return null;
                }
                c = value.charAt(at++);
            }
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return null;
            }
            text.append(c);
        }
        return null; // The closing quote is missing.
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isTokenCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
