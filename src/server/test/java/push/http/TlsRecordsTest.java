package push.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS records that carry no data are counted, wherever the network cuts them. */
final class TlsRecordsTest {
    private static final int HEAD = 5;

    private final TlsRecords records = new TlsRecords();

    @ParameterizedTest
    @ValueSource(ints = {1, 22, 300, 16_640})
    void oneMoreThanMayBeEndsTheConnection(int length) {
        assertDoesNotThrow(() -> receive(TlsRecords.MAX_EMPTY, length));

        assertThrows(IOException.class, () -> receive(1, length));
    }

    @Test
    void recordThatIsNotWholeIsNotCounted() throws IOException {
        receive(TlsRecords.MAX_EMPTY, 22);

        assertDoesNotThrow(() -> records.came(record(22).position(HEAD + 21), 0));
    }

    private void receive(int number, int length) throws IOException {
        Random random = new Random(length);
        for (int i = 0; i < number; i++) {
            ByteBuffer record = record(length);
            while (record.hasRemaining()) {
                int from = record.position();
                records.came(record.position(from + 1 + random.nextInt(record.remaining())), from);
            }
        }
    }

    private static ByteBuffer record(int length) {
        return ByteBuffer.allocate(HEAD + length)
                .put(new byte[] {23, 3, 3})
                .putShort((short) length)
                .rewind();
    }
}
