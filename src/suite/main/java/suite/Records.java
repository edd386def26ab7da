package suite;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Finds records in bytes, however the bytes were cut into chunks: a chunk is not a record. Each form has its own
 * parser; all are fed byte by byte, and are strict because they judge.
 *
 * <p><b>Threads:</b> confined to one thread.
 */
abstract sealed class Records permits JsonLines, Sse, Records.None {

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int lines;

    /** Returns the parser for a form. */
    static Records of(Format format) {
        return switch (format) {
            case SEED -> new Snapshots();
            case NDJSON -> new Ndjson();
            case SSE -> new Sse();
            case ANY -> new None();
        };
    }

    /** Returns all records in these bytes, which must end at the end of a record. */
    static List<WireRecord> all(Format format, byte[] bytes) {
        var records = of(format);
        var found = new ArrayList<WireRecord>();
        records.feed(bytes, 0, bytes.length, found::add);
        if (records.pending() > 0) {
            throw new MalformedRecord("the last " + records.pending() + " bytes are not a whole record");
        }
        return found;
    }

    /**
     * Takes the next bytes and passes on each record that they complete.
     *
     * @throws MalformedRecord if the bytes are not in this form; nothing can be fed after that
     */
    final void feed(byte[] bytes, int offset, int length, Consumer<WireRecord> found) {
        for (int i = offset; i < offset + length; i++) {
            feed(bytes[i], found);
        }
    }

    /** Returns the number of bytes fed that are not yet a whole record. */
    abstract int pending();

    abstract void feed(byte next, Consumer<WireRecord> found);

    final void append(byte next) {
        line.write(next);
    }

    final int lineLength() {
        return line.size();
    }

    /** Takes the line that has just ended, decoded. Only a whole line is decoded: a chunk may end inside a character. */
    final String takeLine() {
        lines++;
        var bytes = line.toByteArray();
        line.reset();
        var rest = ByteBuffer.wrap(bytes);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(rest).toString();
        } catch (CharacterCodingException e) {
            throw malformed("not UTF-8 in byte " + (rest.position() + 1) + " of " + bytes.length + ": "
                    + MalformedRecord.around(bytes, rest.position()));
        }
    }

    /** Reads the text of a record as a JSON object. */
    final JsonNode parse(String text) {
        try {
            return WireRecord.object(text);
        } catch (MalformedRecord e) {
            throw malformed(e.getMessage());
        }
    }

    /** Returns the failure with the number of the last line taken. */
    final MalformedRecord malformed(String why) {
        return new MalformedRecord("line " + lines + " is " + why);
    }

    /** Finds nothing. */
    static final class None extends Records {
        @Override
        int pending() {
            return 0;
        }

        @Override
        void feed(byte next, Consumer<WireRecord> found) {
            // The reader keeps the body.
        }
    }
}
