package suite;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads the seed's form: whole documents {@code {"messages":[…]}}, or with the key {@code msg}, each on a line of its own.
 *
 * <p><b>Threads:</b> confined to one thread.
 */
final class Snapshots extends Records {

    @Override
    int pending() {
        return lineLength();
    }

    @Override
    void feed(byte next, Consumer<WireRecord> found) {
        if (next != '\n') {
            append(next);
            return;
        }
        var line = takeLine();
        var fields = parse(line);
        var messages = fields.get(fields.has("msg") ? "msg" : "messages");
        if (messages == null || !messages.isArray()) {
            throw malformed("a document without an array \"messages\" or \"msg\": " + MalformedRecord.quote(line));
        }
        for (var message : messages) {
            if (!message.isObject()) {
                throw malformed("a document with a message that is not an object: " + MalformedRecord.quote(line));
            }
        }
        found.accept(new WireRecord("snapshot", fields, Optional.empty()));
    }
}
