package push.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Counts the fields of one header section, in all and of one name.
 *
 * <p>It exists so that the limits are the same over HTTP/1.1 and HTTP/2. A map of names would cost every request what
 * only a flood of fields needs.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class FieldCount {
    static final int MAX_FIELDS = 200;

    /** The maximum number of fields with the same name. Undertow counts them in a byte, and fails at 128. */
    private static final int MAX_OF_ONE_NAME = 100;

    private final List<String> names = new ArrayList<>();

    /** Counts a field. Returns whether the section still is within the limits. */
    boolean add(String name) {
        names.add(name);
        return names.size() <= MAX_OF_ONE_NAME
                || (names.size() <= MAX_FIELDS && Collections.frequency(names, name) <= MAX_OF_ONE_NAME);
    }
}
