package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A request whose DATA is not as long as its Content-Length says is malformed, which is an error of its stream (RFC 9113, 8.1.1). */
final class BodyLengthTest {
    private static final int PADDING = 3;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    /** Returns bodies of a POST with Content-Length 10: the bytes in each frame, and whether trailers end it. */
    static Stream<Arguments> bodies() {
        return Stream.of(
                arguments("too short", new int[] {9}, false),
                arguments("too short in two frames", new int[] {4, 5}, false),
                arguments("empty", new int[] {0}, false),
                arguments("too long", new int[] {11}, false),
                arguments("too long in two frames", new int[] {10, 1}, false),
                arguments("too short before trailers", new int[] {9}, true),
                arguments("none, and trailers", new int[] {}, true));
    }

    @LikelyCause(
            "A body that is not as long as it was said to be is taken, and a proxy that counts otherwise is fooled.")
    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void bodyOfAnotherLengthIsAnErrorOfItsStream(String name, int[] lengths, boolean hasTrailers) {
        var client = server.raw();
        var held = client.open(Format.NDJSON);
        held.next("start");
        int post = post(client, 10);

        for (int i = 0; i < lengths.length; i++) {
            data(client, post, new byte[lengths[i]], i == lengths.length - 1 && !hasTrailers);
        }
        if (hasTrailers) {
            int flags = Frame.END_HEADERS | Frame.END_STREAM;
            client.send(new Frame(Frame.HEADERS, flags, post, Hpack.encode("x-sum", "1")));
        }

        var reset = client.await(frame -> frame.is(Frame.RST_STREAM, post), "RST_STREAM");
        assertEquals("PROTOCOL_ERROR", Frame.error(reset.number(0)));
        assertAlive(client, held);
    }

    @LikelyCause("Padding, or an empty last frame, is counted as if it were of the body.")
    @Test
    void bodyOfTheRightLengthIsTaken() {
        var client = server.raw();
        var held = client.open(Format.NDJSON);
        held.next("start");
        var json = "{\"user\":\"ann\",\"text\":\"padded\"}".getBytes(UTF_8);
        int post = post(client, json.length);

        data(client, post, json, false);
        client.data(post, new byte[0], true);

        assertEquals(201, client.recorder(post).awaitHead().status());
        assertEquals(List.of("padded"), bystanders.texts());
        assertAlive(client, held);
    }

    private static int post(RawClient client, int length) {
        return client.request(
                "POST",
                "/messages",
                false,
                "content-type",
                "application/json",
                "content-length",
                Integer.toString(length));
    }

    private static void data(RawClient client, int stream, byte[] data, boolean last) {
        var payload = new byte[1 + data.length + PADDING];
        payload[0] = PADDING;
        System.arraycopy(data, 0, payload, 1, data.length);
        client.send(new Frame(Frame.DATA, Frame.PADDED | (last ? Frame.END_STREAM : 0), stream, payload));
    }

    private void assertAlive(RawClient client, Recorder held) {
        server.post("eve", "alive");
        held.messagesUpTo("alive");
        assertEquals(List.of("alive"), bystanders.texts());
        assertFalse(Refusal.goneAway(client), () -> "it must not end the connection: " + client.frames());
        client.close();
    }
}
