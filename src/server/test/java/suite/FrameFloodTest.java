package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A client that asks and asks, for nothing or for what it is refused, is told ENHANCE_YOUR_CALM (RFC 9113, 10.5). */
final class FrameFloodTest {

    private static final int WITHOUT_END = 1_000_000;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_POSTS_PER_SECOND",
            "0",
            "PUSH_OPENS_PER_SECOND",
            "0",
            "PUSH_IO_THREADS",
            "1",
            "PUSH_BODY_MS",
            "60000");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    static Stream<Arguments> floods() {
        return Stream.of(
                arguments("WINDOW_UPDATE of the connection", Frame.ofInts(Frame.WINDOW_UPDATE, 0, 0, 1)),
                arguments("WINDOW_UPDATE of a stream", Frame.ofInts(Frame.WINDOW_UPDATE, 0, 1, 1)),
                arguments("empty DATA", new Frame(Frame.DATA, 0, 3, new byte[0])),
                arguments("DATA that is all padding", new Frame(Frame.DATA, Frame.PADDED, 3, padding(100))),
                arguments("PING", new Frame(Frame.PING, 0, 0, new byte[8])),
                arguments("answers to no PING", new Frame(Frame.PING, Frame.ACK, 0, new byte[8])),
                arguments("SETTINGS", new Frame(Frame.SETTINGS, 0, 0, new byte[0])),
                arguments("PRIORITY", new Frame(Frame.PRIORITY, 0, 1, new byte[] {0, 0, 0, 9, 1})),
                arguments("RST_STREAM", Frame.ofInts(Frame.RST_STREAM, 0, 3, 8)),
                arguments("an unknown type", new Frame(0x7f, 0, 0, new byte[0])));
    }

    @LikelyCause("Frames that cost their sender nothing are read without end, and the IO thread does nothing else.")
    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void floodEndsInEnhanceYourCalm(String name, Frame frame) {
        var client = server.raw();
        client.open(Format.NDJSON).next("start");
        client.request("POST", "/messages", false, "content-type", "application/json");

        Flood.send(client, WITHOUT_END, (out, i) -> out.writeBytes(frame.bytes()));

        assertCalmed(client, name);
    }

    @LikelyCause(
            "A client that is refused may go on without end, and each refusal costs the server more than the client.")
    @ParameterizedTest
    @MethodSource("refused")
    void clientThatGoesOnAfterRefusalsIsTurnedAway(String method, String path) {
        var client = server.raw();

        Flood.send(client, WITHOUT_END, (out, i) -> {
            var block = Hpack.encode(
                    ":method", method, ":scheme", "https", ":authority", client.authority(), ":path", path);
            out.writeBytes(new Frame(Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, 2 * i + 1, block).bytes());
        });

        assertTrue(Refusal.goesAway(client), "it must be turned away");
        assertOthersGoOn(client, method + " " + path);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("GET", "/none"),
                arguments("DELETE", "/messages"),
                arguments("POST", "/messages"),
                arguments("GET", "/healthz?x=%zz"),
                arguments("GET", "malformed"));
    }

    @LikelyCause("The budget of frames takes a client that reads much for one that floods.")
    @Test
    void readerThatGivesBackEveryWindowIsNoFlood() {
        int streams = 80;
        var client = server.raw();
        var held = IntStream.range(0, streams)
                .mapToObj(i -> client.open(Format.NDJSON))
                .toList();
        var texts = IntStream.range(0, 250).mapToObj(i -> "message " + i).toList();

        texts.forEach(text -> server.post("ann", text));

        for (var stream : held) {
            assertEquals(
                    texts,
                    stream.messagesUpTo("message 249").stream()
                            .map(Message::text)
                            .filter(text -> text.startsWith("message "))
                            .toList());
        }
        assertFalse(Refusal.goneAway(client), "40,000 windows were given back for 20,000 messages");
        assertEquals(texts, bystanders.texts());
        held.forEach(Recorder::cancel);
        server.awaitOpen(bystanders.count());
    }

    private void assertCalmed(RawClient client, String name) {
        var goAway = client.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY after a flood of " + name);
        assertEquals("ENHANCE_YOUR_CALM", Frame.error(goAway.number(4)));
        assertOthersGoOn(client, name);
    }

    private void assertOthersGoOn(RawClient client, String name) {
        client.close();
        server.post("ann", name);
        assertEquals(List.of(name), bystanders.texts());
        server.awaitOpen(bystanders.count());
    }

    private static byte[] padding(int length) {
        var payload = new byte[1 + length];
        payload[0] = (byte) length;
        return payload;
    }
}
