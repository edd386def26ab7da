package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads that are too large, each in its own way: each costs its own request, and a bomb its connection. */
final class LargeHeadTest {

    private static final int INDEXED = 0xbe; // The newest field in the table of HPACK (RFC 7541, 6.1): 62.

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @LikelyCause("A long address ends the connection, and all its other streams with it.")
    @ParameterizedTest
    @CsvSource({
        ":path, 19900, 0",
        ":path, 20500, 0",
        ":path, 60000, 0",
        ":path, 60000, 3",
        ":path, 200000, 0",
        ":method, 19900, 0",
        ":method, 60000, 0",
        ":method, 60000, 3",
        ":authority, 19900, 0",
        ":authority, 60000, 0",
        ":scheme, 60000, 0"
    })
    void pseudoFieldThatIsTooLargeIsAnsweredBy431(String name, int length, int place) {
        var client = server.raw();
        var held = client.open(Format.NDJSON);
        held.next("start");
        var fields = new java.util.ArrayList<>(List.of(
                List.of(":method", "GET"),
                List.of(":scheme", "https"),
                List.of(":authority", client.authority()),
                List.of(":path", "/healthz")));
        fields.removeIf(field -> field.get(0).equals(name));
        fields.add(place, List.of(name, (name.equals(":path") ? "/" : "A") + "a".repeat(length - 1)));

        send(client, 3, Hpack.encode(fields.stream().flatMap(List::stream).toArray(String[]::new)));

        assertEquals(431, Refusal.of(client, 3).status());
        assertAlive(client, held, name + " " + length);
    }

    @LikelyCause("A head that is just small enough is too large for the server beneath.")
    @Test
    void pathThatIsJustSmallEnoughIsServed() {
        var client = server.raw();

        send(
                client,
                1,
                Hpack.encode(
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        client.authority(),
                        ":path",
                        "/" + "a".repeat(19_780)));

        assertEquals(404, Refusal.of(client, 1).status());
    }

    @LikelyCause("What is just small enough is too much for the server beneath, which ends the connection.")
    @ParameterizedTest(name = "{0} fields with {1} names: {2}")
    @CsvSource({
        "197, 197, 200",
        "200, 200, 200",
        "201, 201, 431",
        "100, 1, 200",
        "101, 1, 431",
        "200, 1, 431",
        "200, 2, 200"
    })
    void manyFieldsAreServedOrAnsweredBy431(int fields, int names, int status) {
        var client = server.raw();
        var held = client.open(Format.NDJSON);
        held.next("start");
        var many = new ByteArrayOutputStream();
        many.writeBytes(head(client));
        for (int i = 0; i < fields; i++) {
            many.writeBytes(Hpack.encode("x-" + i % names, "1"));
        }

        send(client, 3, many.toByteArray());

        assertEquals(status, Refusal.of(client, 3).status());
        assertAlive(client, held, fields + " fields with " + names + " names");
    }

    @LikelyCause("Host is counted once, and given twice to the server beneath.")
    @ParameterizedTest
    @CsvSource({"19990, 200", "20000, 431"})
    void hostInPlaceOfTheAuthorityEndsNoConnection(int bytes, int status) {
        var client = server.raw();
        String[] fields = {":method", "GET", ":scheme", "https", ":path", "/healthz", "host", "localhost", "x", ""};
        int size = String.join("", fields).length() + 32 * fields.length / 2;
        fields[fields.length - 1] = "a".repeat(bytes - size);

        send(client, 1, Hpack.encode(fields));

        assertEquals(status, Refusal.of(client, 1).status());
    }

    @LikelyCause("A few bytes that refer to a large field are decoded to megabytes (an HPACK bomb).")
    @ParameterizedTest
    @ValueSource(ints = {80, 16_000, 200_000})
    void bombEndsInEnhanceYourCalm(int references) {
        var client = server.raw();
        send(client, 1, table(client));

        Flood.trySend(client, bytes(3, bomb(client, references)));

        assertCalmed(client);
    }

    @LikelyCause("Bombs that are just small enough are decoded one after another, and the IO thread does nothing else.")
    @Test
    void manySmallBombsEndInEnhanceYourCalm() {
        var client = server.raw();
        send(client, 1, table(client));
        var bomb = bomb(client, 4);

        Flood.send(client, 1_000_000, (out, i) -> out.writeBytes(bytes(3 + 2 * i, bomb)));

        assertTrue(Refusal.goesAway(client), "it must be turned away");
        assertOthersGoOn(client);
    }

    private void assertCalmed(RawClient client) {
        var goAway = client.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY");
        assertEquals("ENHANCE_YOUR_CALM", Frame.error(goAway.number(4)));
        assertOthersGoOn(client);
    }

    private void assertOthersGoOn(RawClient client) {
        client.close();
        server.post("eve", "after");
        assertEquals(List.of("after"), bystanders.texts());
    }

    private void assertAlive(RawClient client, Recorder held, String name) {
        server.post("eve", name);
        held.messagesUpTo(name);
        assertEquals(List.of(name), bystanders.texts());
        assertFalse(Refusal.goneAway(client), () -> name + " must not end the connection: " + client.frames());
        client.close();
        server.awaitOpen(bystanders.count());
    }

    private static byte[] table(RawClient client) {
        var field = Hpack.encode("x", "y".repeat(3_900));
        field[0] = 0x40; // With incremental indexing (RFC 7541, 6.2.1).
        return join(head(client), field);
    }

    private static byte[] bomb(RawClient client, int references) {
        var many = new byte[references];
        Arrays.fill(many, (byte) INDEXED);
        return join(head(client), many);
    }

    private static byte[] head(RawClient client) {
        return Hpack.encode(
                ":method", "GET", ":scheme", "https", ":authority", client.authority(), ":path", "/healthz");
    }

    private static byte[] join(byte[] first, byte[] second) {
        var all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static void send(RawClient client, int stream, byte[] block) {
        client.send(bytes(stream, block));
    }

    private static byte[] bytes(int stream, byte[] block) {
        var out = new ByteArrayOutputStream();
        for (int from = 0; from < block.length; from += 16_000) {
            int to = Math.min(from + 16_000, block.length);
            int flags = (from == 0 ? Frame.END_STREAM : 0) | (to == block.length ? Frame.END_HEADERS : 0);
            int type = from == 0 ? Frame.HEADERS : Frame.CONTINUATION;
            out.writeBytes(new Frame(type, flags, stream, Arrays.copyOfRange(block, from, to)).bytes());
        }
        return out.toByteArray();
    }
}
