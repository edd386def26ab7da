package suite;

import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Reads a form in which every line is one JSON object and one record.
 *
 * <p><b>Threads:</b> confined to one thread.
 */
abstract sealed class JsonLines extends Records permits Ndjson, Snapshots {

    /** Makes a record from the text of a line and its fields. */
    abstract WireRecord record(String line, JsonNode fields);

    @Override
    final int pending() {
        return lineLength();
    }

    @Override
    final void feed(byte next, Consumer<WireRecord> found) {
        if (next != '\n') {
            append(next);
            return;
        }
        var line = takeLine();
        found.accept(record(line, parse(line)));
    }
}
