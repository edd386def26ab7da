package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A block of fields in several frames (RFC 9113, 6.10), as a proxy sends it for a user with many cookies. */
final class ContinuationTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @LikelyCause("A request is handled when its HEADERS are there, though its CONTINUATION is not.")
    @ParameterizedTest
    @ValueSource(strings = {"/status", "/healthz", "/", "/messages"})
    void partsThatComeOneAfterAnotherAreOneRequest(String path) {
        var client = server.raw();
        var block = block(client, path, "cookie", "a=" + "x".repeat(9_000), "accept", "application/x-ndjson");

        client.send(new Frame(Frame.HEADERS, Frame.END_STREAM, 1, Arrays.copyOf(block, 20)));
        for (int from = 20; from < block.length; from += 3_000) {
            pause(client);
            int to = Math.min(from + 3_000, block.length);
            int flags = to == block.length ? Frame.END_HEADERS : 0;
            client.send(new Frame(Frame.CONTINUATION, flags, 1, Arrays.copyOfRange(block, from, to)));
        }

        assertEquals(200, client.recorder(1).awaitHead().status());
        client.reset(1, 8);
        assertAlive(client, 3);
    }

    /** Lets the server read the frames sent so far: another connection's answer comes after the server has looked. */
    private static void pause(RawClient client) {
        var other = server.raw();
        other.ping(9);
        other.awaitPong(9);
        other.close();
        assertFalse(Refusal.goneAway(client));
    }

    @LikelyCause("A frame, or a field, that is cut where a TLS record ends is read wrong.")
    @Test
    void frameMayBeCutAnywhere() {
        var client = server.raw();
        var block = block(client, "/status", "cookie", "a=1", "cookie", "b=2");
        var bytes = Stream.of(
                        new Frame(Frame.HEADERS, Frame.END_STREAM, 1, Arrays.copyOf(block, 7)),
                        new Frame(Frame.CONTINUATION, 0, 1, Arrays.copyOfRange(block, 7, 8)),
                        new Frame(Frame.CONTINUATION, 0, 1, new byte[0]),
                        new Frame(Frame.CONTINUATION, Frame.END_HEADERS, 1, Arrays.copyOfRange(block, 8, block.length)))
                .map(Frame::bytes)
                .toList();

        for (byte[] frame : bytes) {
            for (byte one : frame) {
                client.send(new byte[] {one});
            }
        }

        assertEquals(200, client.recorder(1).answer().status());
        assertAlive(client, 3);
    }

    @LikelyCause("Padding, or a priority, in front of a block that goes on is taken for a part of it.")
    @ParameterizedTest
    @ValueSource(ints = {Frame.PADDED, Frame.HAS_PRIORITY, Frame.PADDED | Frame.HAS_PRIORITY})
    void paddingAndPriorityAreNoFields(int flags) {
        var client = server.raw();
        var block = block(client, "/healthz");
        boolean padded = (flags & Frame.PADDED) != 0;
        int before = (padded ? 1 : 0) + ((flags & Frame.HAS_PRIORITY) != 0 ? 5 : 0);
        var payload = new byte[before + 10 + (padded ? 40 : 0)];
        payload[0] = (byte) (padded ? 40 : 0);
        System.arraycopy(block, 0, payload, before, 10);

        client.send(new Frame(Frame.HEADERS, Frame.END_STREAM | flags, 1, payload));
        client.send(new Frame(Frame.CONTINUATION, Frame.END_HEADERS, 1, Arrays.copyOfRange(block, 10, block.length)));

        assertEquals(200, client.recorder(1).answer().status());
        assertAlive(client, 3);
    }

    static Stream<Arguments> breaches() {
        return Stream.of(
                arguments("DATA in between", new Frame(Frame.DATA, 0, 1, new byte[1])),
                arguments("HEADERS in between", new Frame(Frame.HEADERS, Frame.END_HEADERS, 3, new byte[0])),
                arguments("WINDOW_UPDATE in between", Frame.ofInts(Frame.WINDOW_UPDATE, 0, 0, 1)),
                arguments("an unknown type in between", new Frame(0x7f, 0, 1, new byte[3])),
                arguments("CONTINUATION of another", new Frame(Frame.CONTINUATION, Frame.END_HEADERS, 3, new byte[0])));
    }

    @LikelyCause("A block that goes on may not be interrupted (RFC 9113, 4.3), or two sides see two requests.")
    @ParameterizedTest(name = "{0}")
    @MethodSource("breaches")
    void nothingMayComeInBetween(String name, Frame frame) {
        var client = server.raw();

        client.send(new Frame(Frame.HEADERS, Frame.END_STREAM, 1, new byte[0]));
        Flood.trySend(client, frame.bytes());

        var end = client.await(one -> one.is(Frame.GOAWAY), "a GOAWAY after " + name);
        assertEquals("PROTOCOL_ERROR", Frame.error(end.number(4)));
        client.close();
    }

    @LikelyCause("A block of fields has no bound in bytes or in frames (CONTINUATION flood).")
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16_000})
    void blockThatNeverEndsIsEnded(int length) {
        var client = server.raw();
        var more = new Frame(Frame.CONTINUATION, 0, 1, Arrays.copyOf(Hpack.encode("x", "y".repeat(16_384)), length));

        client.send(new Frame(Frame.HEADERS, Frame.END_STREAM, 1, new byte[0]));
        Flood.send(client, 100_000, (out, i) -> out.writeBytes(more.bytes()));

        assertTrue(Refusal.goesAway(client), "it must be ended");
        client.close();
    }

    private void assertAlive(RawClient client, int stream) {
        client.send(new Frame(Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, stream, block(client, "/healthz")));
        assertEquals(200, client.recorder(stream).awaitHead().status());
        assertEquals(List.of(), bystanders.texts());
        client.close();
    }

    private static byte[] block(RawClient client, String path, String... more) {
        var pseudo = List.of(":method", "GET", ":scheme", "https", ":authority", client.authority(), ":path", path);
        return Hpack.encode(Stream.concat(pseudo.stream(), Arrays.stream(more)).toArray(String[]::new));
    }
}
