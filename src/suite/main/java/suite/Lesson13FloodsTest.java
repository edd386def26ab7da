package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Frames that no honest client sends, one or many: they cost at most their own connection, and no other client
 * anything.
 *
 * <p><b>Length:</b> each flood needs a client that writes its own frames.
 */
@Lesson(id = "13", slug = "floods", title = "Floods")
@Proves("limit.frames")
final class Lesson13FloodsTest {

    private static final long MEGABYTE = 1 << 20;
    /** Of no stream, because it would end only that stream (RFC 9113, 4.2); the server says how large is too large. */
    private static final Frame TOO_LARGE = new Frame(0x7f, 0, 0, new byte[0]);

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0",
            "PUSH_BODY_MS", "3000",
            "PUSH_PING_MS", "1000",
            "PUSH_PING_TIMEOUT_MS", "2000");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @Test
    void twoThousandStreamsThatAreOpenedAndResetLeaveNothing() {
        long before = Flood.memory(server);
        var client = server.raw();

        Flood.send(client, 2_000, (out, i) -> {
            int stream = 2 * i + 1;
            out.writeBytes(
                    headers(client, stream, "accept", "application/x-ndjson").bytes());
            out.writeBytes(Frame.ofInts(Frame.RST_STREAM, 0, stream, 8).bytes());
        });

        because(
                "The server does what each request asks before it sees that it was taken back (rapid reset,"
                        + " CVE-2023-44487).",
                () -> {
                    server.awaitOpen(bystanders.count());
                    assertMemory(client, before, 24);
                });
    }

    static Stream<Arguments> floods() {
        var nothing = new byte[0];
        return Stream.of(
                arguments("PING", new Frame(Frame.PING, 0, 0, new byte[8])),
                arguments("SETTINGS", Frame.ofInts(Frame.SETTINGS, 0, 0)),
                arguments("SETTINGS with 100 entries", new Frame(Frame.SETTINGS, 0, 0, settings(100))),
                arguments("PRIORITY", new Frame(Frame.PRIORITY, 0, 1, new byte[] {0, 0, 0, 3, 1})),
                arguments("WINDOW_UPDATE", Frame.ofInts(Frame.WINDOW_UPDATE, 0, 0, 1)),
                arguments("an unknown type", new Frame(0x7f, 0xff, 0, new byte[64])),
                arguments("empty DATA on no stream", new Frame(Frame.DATA, 0, 1, nothing)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void twentyThousandFramesCostNoMemory(String name, Frame frame) {
        long before = Flood.memory(server);
        var client = server.raw(RawClient.Options.PLAIN.receiveBuffer(4_096));
        client.freeze();

        Flood.send(client, 20_000, (out, i) -> out.writeBytes(frame.bytes()));

        because(
                "What the server answers to control frames piles up in memory while the client does not read it.",
                () -> {
                    bystanders.quiet(Duration.ofMillis(20));
                    assertMemory(client, before, 16);
                    client.close();
                });
    }

    @Test
    void headersThatNeverEndAreCutOff() {
        long before = Flood.memory(server);
        var client = server.raw();
        var more = new Frame(Frame.CONTINUATION, 0, 1, Hpack.encode("x-more", "x".repeat(16_000)));

        client.send(new Frame(Frame.HEADERS, Frame.END_STREAM, 1, Hpack.encode(":method", "GET")));
        Flood.send(client, 2_000, (out, i) -> out.writeBytes(more.bytes()));

        because("A block of headers is gathered without a bound until its last frame (CONTINUATION flood).", () -> {
            assertTrue(Refusal.of(client, 1).refused(), "32 MB of headers must be refused");
            assertMemory(client, before, 16);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 500})
    void headersOf128KilobytesAreRefused(int number) {
        var client = server.raw();
        var fields = new String[2 * number];
        for (int i = 0; i < number; i++) {
            fields[2 * i] = "x-" + i;
            fields[2 * i + 1] = "x".repeat(128_000 / number);
        }
        byte[] block = Hpack.encode(withPseudo(client, fields));

        client.send(new Frame(Frame.HEADERS, Frame.END_STREAM, 1, Arrays.copyOf(block, 16_000)));
        for (int from = 16_000; from < block.length; from += 16_000) {
            int to = Math.min(from + 16_000, block.length);
            int flags = to == block.length ? Frame.END_HEADERS : 0;
            Flood.trySend(client, new Frame(Frame.CONTINUATION, flags, 1, Arrays.copyOfRange(block, from, to)).bytes());
        }

        because("The size or the number of headers has no bound.", () -> {
            var refusal = Refusal.of(client, 1);
            assertTrue(
                    refusal.refused() || Refusal.goesAway(client),
                    () -> number + " headers of 128 kB in all were answered " + refusal + ", and nothing else");
            client.close();
            server.awaitOpen(bystanders.count());
        });
    }

    static Stream<Arguments> breaches() {
        return Stream.of(
                arguments("a frame of a byte more than the server allows", TOO_LARGE),
                arguments("a frame of 16 MB", new Frame(0x7f, 0, 0, new byte[16_000_000])),
                arguments("DATA on stream 0", new Frame(Frame.DATA, 0, 0, new byte[1])),
                arguments("DATA on a stream that was never opened", new Frame(Frame.DATA, 0, 9, new byte[1])),
                arguments("HEADERS on an even stream", headersOn(2)),
                arguments("HEADERS on stream 0", headersOn(0)),
                arguments("CONTINUATION of nothing", new Frame(Frame.CONTINUATION, Frame.END_HEADERS, 9, new byte[1])),
                arguments("headers that are no HPACK", new Frame(Frame.HEADERS, 5, 9, new byte[] {-1, -1, -1, -1, -1, -1
                })),
                arguments("PUSH_PROMISE", new Frame(Frame.PUSH_PROMISE, Frame.END_HEADERS, 1, new byte[4])),
                arguments(
                        "WINDOW_UPDATE that overflows the connection's window",
                        Frame.ofInts(Frame.WINDOW_UPDATE, 0, 0, 0x7fff_ffff)),
                arguments("WINDOW_UPDATE of nothing for the connection", Frame.ofInts(Frame.WINDOW_UPDATE, 0, 0, 0)),
                arguments("WINDOW_UPDATE of three bytes", new Frame(Frame.WINDOW_UPDATE, 0, 0, new byte[3])),
                arguments("SETTINGS of seven bytes", new Frame(Frame.SETTINGS, 0, 0, new byte[7])),
                arguments("SETTINGS on a stream", new Frame(Frame.SETTINGS, 0, 1, new byte[6])),
                arguments("PING of seven bytes", new Frame(Frame.PING, 0, 0, new byte[7])),
                arguments("RST_STREAM on stream 0", Frame.ofInts(Frame.RST_STREAM, 0, 0, 8)),
                arguments("RST_STREAM of an idle stream", Frame.ofInts(Frame.RST_STREAM, 0, 99, 8)),
                arguments("GOAWAY on a stream", Frame.ofInts(Frame.GOAWAY, 0, 1, 0, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("breaches")
    void breachOfTheProtocolEndsItsConnection(String name, Frame breach) {
        var client = server.raw();
        var stream = client.open(Format.NDJSON);
        assertEquals(200, stream.status());

        int allowed = client.serverSetting(Frame.SETTING_MAX_FRAME_SIZE).orElse(16_384);

        Flood.trySend(
                client, breach == TOO_LARGE ? new Frame(0x7f, 0, 0, new byte[allowed + 1]).bytes() : breach.bytes());

        because(
                "A breach of the protocol is ignored, or its connection is kept although the two sides disagree on its"
                        + " state.",
                () -> {
                    assertTrue(Refusal.goesAway(client), name + " must end its connection");
                    server.awaitOpen(bystanders.count());
                    client.close();
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7fff_ffff, 0})
    void windowOfAStreamThatIsNoneEndsIt(int bytes) {
        var client = server.raw();
        var stream = client.open(Format.NDJSON);
        assertEquals(200, stream.status());

        long errors = server.status().closed("error");

        client.windowUpdate(1, bytes);

        because("A window is counted in an int that wraps round, or a stream's breach is passed over.", () -> {
            assertTrue(
                    Deadline.in(Deadline.PATIENCE).poll(() -> stream.ended() || Refusal.goneAway(client)),
                    () -> "WINDOW_UPDATE of " + bytes + " must end the stream or its connection");
            if (server.status().counts()) {
                server.awaitStatus(
                        status -> status.closed("error") == errors + 1, "one more closed as error", Deadline.PATIENCE);
            }
            client.close();
            server.awaitOpen(bystanders.count());
        });
    }

    @Test
    void honestClientThatWasStillSendingKeepsItsConnection() {
        var client = server.raw();
        var held = client.open(Format.NDJSON);
        assertEquals(200, held.status());

        for (int i = 0; i < 2; i++) {
            int stream = client.request("POST", "/messages", false, "content-type", "text/plain");
            client.data(stream, new byte[15_000], false);
            client.recorder(stream).awaitHead();
            assertEquals(415, client.recorder(stream).status());
            client.await(frame -> frame.is(Frame.RST_STREAM, stream), "the request to be stopped");
            client.data(stream, new byte[15_000], false); // It was on its way when the reset came.
            client.data(stream, new byte[15_000], true);
        }

        because(
                "The stream of a request that was answered early is reset immediately, and what is still under way then"
                        + " ends the whole connection.",
                () -> {
                    int last = client.request("POST", "/messages", false, "content-type", "application/json");
                    client.data(last, "{\"user\":\"eve\",\"text\":\"after\"}".getBytes(UTF_8), true);
                    assertEquals(201, client.recorder(last).answer().status());
                    held.messagesUpTo("after");
                    assertEquals(List.of("after"), bystanders.texts());
                    client.close();
                });
    }

    /** Checks the memory. What the client has received does not count, nor memory that is freed a moment later. */
    private static void assertMemory(RawClient client, long before, long megabytes) {
        var grown = new long[1];
        boolean bounded = Deadline.in(Duration.ofSeconds(1)).poll(() -> {
            client.forget();
            grown[0] = Flood.memory(server) - before;
            return grown[0] < megabytes * MEGABYTE;
        });
        assertTrue(bounded, () -> "the memory grew by " + grown[0] / MEGABYTE + " MB");
    }

    private static String[] withPseudo(RawClient client, String... fields) {
        var all = new ArrayList<>(List.of(":method", "GET", ":scheme", "https"));
        all.addAll(List.of(":authority", client.authority(), ":path", client.path("/messages")));
        all.addAll(List.of(fields));
        return all.toArray(new String[0]);
    }

    private static Frame headers(RawClient client, int stream, String... fields) {
        return new Frame(
                Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, stream, Hpack.encode(withPseudo(client, fields)));
    }

    private static Frame headersOn(int stream) {
        var block = Hpack.encode(":method", "GET", ":scheme", "https", ":authority", "localhost", ":path", "/status");
        return new Frame(Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, stream, block);
    }

    private static byte[] settings(int entries) {
        var payload = new byte[6 * entries];
        for (int i = 0; i < entries; i++) {
            payload[6 * i + 1] = Frame.SETTING_MAX_CONCURRENT_STREAMS;
            payload[6 * i + 5] = (byte) i;
        }
        return payload;
    }
}
