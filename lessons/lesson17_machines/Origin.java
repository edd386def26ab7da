package lesson17_machines;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a page comes from: a scheme, a host and a port, however they are written (RFC 6454, 4). */
record Origin(String scheme, String host, int port) {
    private static final Pattern WRITTEN =
            Pattern.compile("(https?)://([^\\s/?#@:\\[\\],]+|\\[[0-9a-f:.]+])(?::([0-9]{1,5}))?");

    /** Null for what names no page: "null", an address with a path, two of them. */
    static Origin parse(String text) {
        Matcher parts = WRITTEN.matcher(text.toLowerCase(Locale.ROOT)); // A scheme and a host have no case.
        if (!parts.matches()) {
            return null;
        }
        int usual = parts.group(1).equals("https") ? 443 : 80;
        return new Origin(
                parts.group(1), parts.group(2), parts.group(3) == null ? usual : Integer.parseInt(parts.group(3)));
    }

    @Override
    public String toString() {
        return scheme + "://" + host + ":" + port;
    }
}
