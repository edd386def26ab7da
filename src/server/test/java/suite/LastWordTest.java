package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The reason why a connection ends is in its GOAWAY. A server that closes a socket with unread input sends a TCP reset,
 * which destroys whatever the client has not read yet.
 */
final class LastWordTest {
    private static final int MANY_BYTES = 2 << 20; // More than both sockets hold, so that the server must read on.
    private static final int MORE_BYTES = 1 << 20; // They are soon sent.
    private static final int CLIENTS = 16;
    private static final int TRIES = 5;
    private static final long LINGERS_MS = 1_000; // For so long the server reads on, and then its word is lost.

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_IO_THREADS", "2");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    @LikelyCause("A client that reads only after it has written never learns why it was turned away, and comes back the"
            + " same.")
    @Test
    void floodThatIsReadOnlyAfterItsEndLeavesAGoAway() {
        var clients = IntStream.range(0, CLIENTS)
                .mapToObj(seed -> CompletableFuture.supplyAsync(
                        () -> inTime("ENHANCE_YOUR_CALM", () -> flood(new Random(seed))), Threads.named("flood")))
                .toList();

        for (int seed = 0; seed < CLIENTS; seed++) {
            assertEquals("ENHANCE_YOUR_CALM", clients.get(seed).join(), "seed " + seed);
        }
        server.awaitOpen(bystanders.count());
    }

    /** Returns the last word, of another client if it is not the expected one and this one was too slow to read it. */
    private static String inTime(String expected, Supplier<String> client) {
        for (int i = 1; ; i++) {
            long began = System.nanoTime();
            String word;
            try {
                word = client.get();
            } catch (AssertionError e) {
                word = String.valueOf(e.getMessage());
            }
            long tookMs = (System.nanoTime() - began) / 1_000_000;
            if (word.equals(expected) || tookMs < LINGERS_MS || i == TRIES) {
                return word;
            }
        }
    }

    private static String flood(Random random) {
        var frames = new Frame[] {
            new Frame(Frame.SETTINGS, 0, 0, new byte[0]),
            new Frame(Frame.PING, 0, 0, new byte[8]),
            new Frame(Frame.PRIORITY, 0, 1, new byte[] {0, 0, 0, 9, 1}),
            Frame.ofInts(Frame.WINDOW_UPDATE, 0, 0, 1)
        };
        var frame = frames[random.nextInt(frames.length)].bytes();
        int receiveBuffer = random.nextBoolean() ? 0 : 4_096 << random.nextInt(5);
        var client = server.raw(RawClient.Options.PLAIN.receiveBuffer(receiveBuffer));
        client.freeze();
        Flood.send(client, MANY_BYTES / frame.length, (out, i) -> out.writeBytes(frame));
        client.thaw();
        return lastWord(client);
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                arguments("FRAME_SIZE_ERROR", new Frame(Frame.PING, 0, 0, new byte[7])),
                arguments("FRAME_SIZE_ERROR", new Frame(Frame.SETTINGS, 0, 0, new byte[5])),
                arguments("PROTOCOL_ERROR", new Frame(Frame.DATA, 0, 1, new byte[1])),
                arguments("PROTOCOL_ERROR", new Frame(Frame.HEADERS, 5, 0, new byte[1])),
                arguments("PROTOCOL_ERROR", new Frame(Frame.CONTINUATION, 4, 1, new byte[1])),
                arguments("COMPRESSION_ERROR", new Frame(Frame.HEADERS, 5, 1, new byte[] {(byte) 0xff, 0x7f})),
                arguments("FLOW_CONTROL_ERROR", Frame.ofInts(Frame.WINDOW_UPDATE, 0, 0, Integer.MAX_VALUE)));
    }

    @LikelyCause("What the server says of an error of the connection is lost where the client has sent more behind it.")
    @ParameterizedTest(name = "{0} after {1}")
    @MethodSource("errors")
    void errorBeforeMoreBytesThanTheServerReadsLeavesAGoAway(String expected, Frame frame) {
        assertEquals(expected, inTime(expected, () -> wordAfter(frame)));
    }

    private static String wordAfter(Frame frame) {
        var client = server.raw();
        client.freeze();
        client.send(frame);

        var piece = new byte[16_000];
        Arrays.fill(piece, (byte) 0x7f);
        for (int sent = 0; sent < MORE_BYTES; sent += piece.length) {
            assertTrue(Flood.trySend(client, piece), "the connection was reset after " + sent + " bytes");
        }

        client.thaw();
        return lastWord(client);
    }

    @LikelyCause(
            "A client that does not read the answers to its frames is cut off without a word, though it would read now.")
    @Test
    void clientThatHasReadNoAnswersIsToldWhy() {
        IntStream.range(0, 50).forEach(i -> server.post("ann", "x".repeat(4_000)));
        assertEquals(50, bystanders.texts().size());
        assertEquals("ENHANCE_YOUR_CALM", inTime("ENHANCE_YOUR_CALM", LastWordTest::wordAfterUnreadAnswers));
    }

    private static String wordAfterUnreadAnswers() {
        var client = server.raw(RawClient.Options.PLAIN.window(1 << 20).receiveBuffer(4_096));
        client.windowUpdate(0, 1 << 24);
        client.freeze();
        IntStream.range(0, 8)
                .forEach(i -> client.openUnread(Format.NDJSON)); // Each has 200 kB, which TCP does not hold.

        var pings = new ByteArrayOutputStream();
        while (pings.size() < MORE_BYTES) {
            pings.writeBytes(new Frame(Frame.PING, 0, 0, new byte[8]).bytes());
        }
        Flood.trySend(client, pings.toByteArray()); // In one piece: the server waits a second for its word to be taken.

        client.thaw(); // The rest of the streams is cut off.
        var goAway = client.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY");
        return Frame.error(goAway.number(4));
    }

    private static String lastWord(RawClient client) {
        var goAway = client.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY");
        assertEquals("closed by the server", client.awaitEnd(Deadline.PATIENCE), "the end after the GOAWAY");
        return Frame.error(goAway.number(4));
    }
}
