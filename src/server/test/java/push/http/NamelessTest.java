package push.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.undertow.protocols.http2.HpackDecoder;
import io.undertow.protocols.http2.HpackException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks in which some fields have no name, against a table kept as RFC 7541 says, and cut anywhere. */
final class NamelessTest {
    private static final int STATIC_ENTRIES = 61;
    private static final int TABLE_BYTES = 4_096;
    private static final String RENAMED = "E";

    private record Field(String name, String value) {
        int size() {
            return name.length() + value.length() + 32;
        }

        /** Returns the field as the decoder must report it. */
        String shown() {
            return name.isEmpty() ? RENAMED : name + ": " + value;
        }
    }

    private final LinkedList<Field> table = new LinkedList<>(); // Newest first, as the client has it.
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    private final List<String> expected = new ArrayList<>();

    private void integer(int kind, int bits, int value) {
        int mask = (1 << bits) - 1;
        if (value < mask) {
            block.write(kind | value);
            return;
        }
        block.write(kind | mask);
        int rest = value - mask;
        for (; rest >= 128; rest /= 128) {
            block.write(rest % 128 + 128);
        }
        block.write(rest);
    }

    private void string(String text) {
        integer(0, 7, text.length());
        block.writeBytes(text.getBytes(US_ASCII));
    }

    private void insert(Field field) {
        table.addFirst(field);
        while (table.stream().mapToInt(Field::size).sum() > TABLE_BYTES) {
            table.removeLast();
        }
    }

    private void addRandomField(Random random, int longest) {
        int index = table.isEmpty() ? 0 : random.nextInt(table.size());
        switch (random.nextInt(6)) {
            case 0, 1 -> { // A reference to a field.
                if (!table.isEmpty()) {
                    integer(0x80, 7, STATIC_ENTRIES + 1 + index);
                    expected.add(table.get(index).shown());
                }
            }
            case 2 -> { // A reference to a name.
                if (!table.isEmpty()) {
                    var kind = random.nextInt(3);
                    integer(new int[] {0x40, 0x10, 0}[kind], kind == 0 ? 6 : 4, STATIC_ENTRIES + 1 + index);
                    literal(table.get(index).name, kind == 0, random, longest);
                }
            }
            default -> {
                var kind = random.nextInt(3);
                block.write(new int[] {0x40, 0x10, 0}[kind]);
                var name = random.nextInt(3) == 0 ? "" : "n" + random.nextInt(1_000);
                string(name);
                literal(name, kind == 0, random, longest);
            }
        }
    }

    private void literal(String name, boolean isForTheTable, Random random, int longest) {
        var field = new Field(name, random.nextInt(3) == 0 ? "" : "v".repeat(random.nextInt(longest)));
        string(field.value);
        expected.add(field.shown());
        if (isForTheTable) {
            insert(field);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 20, 1_500})
    void fieldsAreThoseOfTheClientExceptThatThoseWithoutANameAreRenamed(int longestValue) throws HpackException {
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            var decoder = new HpackDecoder();
            var hidden = new HiddenEntries();
            table.clear();
            List<String> found = new ArrayList<>();
            decoder.setHeaderEmitter(
                    (name, value, never) -> found.add(name.toString().equals(RENAMED) ? RENAMED : name + ": " + value));
            byte[] undecoded = {};
            for (int i = 0; i < 300; i++) {
                addRandomField(random, longestValue);
                int end = i == 299 ? block.size() : random.nextInt(block.size() + 1);
                undecoded = decode(decoder, hidden, undecoded, end);
            }

            assertEquals(expected, found, "seed " + seed);
            assertEquals(0, undecoded.length);
            expected.clear();
        }
    }

    /** Decodes the encoded bytes up to a position, and returns the part of a field that is left. */
    private byte[] decode(HpackDecoder decoder, HiddenEntries hidden, byte[] before, int end) throws HpackException {
        var bytes = block.toByteArray();
        block.reset();
        block.write(bytes, end, bytes.length - end);
        var all = ByteBuffer.allocate(before.length + end)
                .put(before)
                .put(bytes, 0, end)
                .flip();
        var named = Nameless.named(all, hidden);
        decoder.decode(named, true);
        named.limit(named.capacity());
        var rest = new byte[named.remaining()];
        named.get(rest);
        return rest;
    }
}
