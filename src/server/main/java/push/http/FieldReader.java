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
        List<String> elements = new ArrayList<>();
        int from = 0;
        boolean quoted = false;
        for (int i = 0; i <= list.length(); i++) {
            char c = i == list.length() ? ',' : list.charAt(i);
            if (i == list.length() || (c == ',' && !quoted)) {
                String element = strip(list, from, i);
                if (!element.isEmpty()) {
                    elements.add(element);
                }
                from = i + 1;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i = Math.min(i + 1, list.length() - 1); // The next character is escaped.
            }
        }
        return elements;
    }

    /**
     * Returns the non-empty elements of a list, the last one first. Read from its end, a well-formed element stays what
     * it is, whatever precedes it.
     */
    static List<String> elementsFromEnd(String list) {
        List<String> elements = new ArrayList<>();
        int to = list.length();
        boolean quoted = false;
        for (int i = list.length() - 1; i >= -1; i--) {
            char c = i < 0 ? ',' : list.charAt(i);
            if (i < 0 || (c == ',' && !quoted)) {
                String element = strip(list, i + 1, to);
                if (!element.isEmpty()) {
                    elements.add(element);
                }
                to = i;
            } else if (c == '"' && !(quoted && isEscaped(list, i))) {
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
