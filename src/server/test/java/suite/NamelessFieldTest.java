package suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A field with an empty name is an error of its request (RFC 9113, 8.2.1), and HPACK's table stays in step. */
final class NamelessFieldTest {
    private static final int TABLE_BYTES = 4_096;
    private static final int ENTRY_BYTES = 32;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with();

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    static Stream<Arguments> fields() {
        return Stream.of(
                arguments("not for the table", hex("00 00 01 76"), false),
                arguments("not for the table, its length said to be in Huffman's code", hex("00 80 01 76"), false),
                arguments("never for a table", hex("10 00 01 76"), false),
                arguments("without a value", hex("00 00 00"), false),
                arguments("for the table, without a value", hex("40 00 00"), true),
                arguments("for the table", hex("40 00 03 61 62 63"), true),
                arguments("for the table, one byte", hex("40 00 01 61"), true),
                arguments("for the table, in Huffman's code", hex("40 00 8c f1e3c2e5f23a6ba0ab90f4ff"), true),
                arguments("that fills the table", filling(), true));
    }

    @LikelyCause("One request with an empty name ends the connection of a proxy, with the streams of all its users.")
    @ParameterizedTest(name = "{0}")
    @MethodSource("fields")
    void emptyNameEndsItsRequestAndNothingElse(String name, byte[] field, boolean isInTable) {
        for (int cut = 0; cut < Math.min(field.length, 8); cut++) {
            var client = server.raw();
            var held = client.open(Format.NDJSON);
            held.next("start");

            request(client, 3, field, cut);
            assertReset(client, 3);
            if (isInTable) {
                request(client, 5, hex("be"), 0); // The newest entry, which is this one.
                assertReset(client, 5);
            }
            request(client, 7, hex("40 01 78 01 79"), 0); // x: y
            request(client, 9, hex("be"), 0);

            assertEquals(200, client.recorder(7).awaitHead().status());
            assertEquals(200, client.recorder(9).awaitHead().status());
            assertFalse(Refusal.goneAway(client), () -> client.frames().toString());
            assertFalse(held.ended());
            client.close();
            server.awaitOpen(bystanders.count());
        }
    }

    private static void request(RawClient client, int stream, byte[] field, int cut) {
        var pseudo = Hpack.encode(
                ":method", "GET", ":scheme", "https", ":authority", client.authority(), ":path", "/healthz");
        var block = new ByteArrayOutputStream();
        block.writeBytes(pseudo);
        block.writeBytes(field);
        int first = pseudo.length + cut;
        var rest = Arrays.copyOfRange(block.toByteArray(), first, block.size());
        client.send(
                new Frame(Frame.HEADERS, Frame.END_STREAM, stream, Arrays.copyOf(block.toByteArray(), first)),
                new Frame(Frame.CONTINUATION, Frame.END_HEADERS, stream, rest));
    }

    private static void assertReset(RawClient client, int stream) {
        var reset = client.await(frame -> frame.is(Frame.RST_STREAM, stream), "RST_STREAM of stream " + stream);
        assertEquals("PROTOCOL_ERROR", Frame.error(reset.number(0)));
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** Returns a value that fills HPACK's table to the last byte. */
    private static byte[] filling() {
        var value = "a".repeat(TABLE_BYTES - ENTRY_BYTES).getBytes(US_ASCII);
        int length = value.length - 127;
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0x40, 0, 127, (byte) (length & 127 | 128), (byte) (length >> 7)});
        out.writeBytes(value);
        return out.toByteArray();
    }
}
