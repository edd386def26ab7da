package suite;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client that keeps asking, for nothing or for refused requests, is told ENHANCE_YOUR_CALM (RFC 9113, 10.5). */
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

    /** The server pauses a flood twenty times, for two seconds, so all floods come at the same time. */
    private static final Map<String, Frame> FLOODS = Map.of(
            "WINDOW_UPDATE of the connection", Frame.ofInts(Frame.WINDOW_UPDATE, 0, 0, 1),
            "WINDOW_UPDATE of a stream", Frame.ofInts(Frame.WINDOW_UPDATE, 0, 1, 1),
            "empty DATA", new Frame(Frame.DATA, 0, 3, new byte[0]),
            "DATA that is all padding", new Frame(Frame.DATA, Frame.PADDED, 3, padding(255)),
            "PING", new Frame(Frame.PING, 0, 0, new byte[8]),
            "answers to no PING", new Frame(Frame.PING, Frame.ACK, 0, new byte[8]),
            "SETTINGS", new Frame(Frame.SETTINGS, 0, 0, new byte[0]),
            "PRIORITY", new Frame(Frame.PRIORITY, 0, 1, new byte[] {0, 0, 0, 9, 1}),
            "RST_STREAM", Frame.ofInts(Frame.RST_STREAM, 0, 3, 8),
            "an unknown type", new Frame(0x7f, 0, 0, new byte[0]));

    @LikelyCause("Frames that cost their sender nothing are read without end, and the IO thread does nothing else.")
    @Test
    void everyFloodEndsInEnhanceYourCalm() {
        var clients = clients(FLOODS.keySet());
        for (var client : clients.values()) {
            client.open(Format.NDJSON).next("start");
            client.request("POST", "/messages", false, "content-type", "application/json");
        }

        atTheSameTime(clients, (name, client) -> {
            var frame = FLOODS.get(name).bytes();

            Flood.send(client, WITHOUT_END, (out, i) -> out.writeBytes(frame));

            var goAway = client.await(one -> one.is(Frame.GOAWAY), "a GOAWAY after a flood of " + name);
            assertEquals("ENHANCE_YOUR_CALM", Frame.error(goAway.number(4)), name);
            client.close();
        });

        assertOthersGoOn();
    }

    @LikelyCause(
            "A client that is refused may go on without end, and each refusal costs the server more than the client.")
    @Test
    void clientThatGoesOnAfterRefusalsIsTurnedAway() {
        var refused = Set.of("GET /none", "DELETE /messages", "POST /messages", "GET /healthz?x=%zz", "GET malformed");

        atTheSameTime(clients(refused), (request, client) -> {
            var words = request.split(" ");

            Flood.send(client, WITHOUT_END, (out, i) -> {
                var block = Hpack.encode(
                        ":method", words[0], ":scheme", "https", ":authority", client.authority(), ":path", words[1]);
                int flags = Frame.END_HEADERS | Frame.END_STREAM;
                out.writeBytes(new Frame(Frame.HEADERS, flags, 2 * i + 1, block).bytes());
            });

            assertTrue(Refusal.goesAway(client), () -> "it must be turned away: " + request);
            client.close();
        });

        assertOthersGoOn();
    }

    @LikelyCause("A request that its client resets counts as answered, so the more it resets, the more it may.")
    @Test
    void clientThatResetsEachRequestThatItBeginsIsTurnedAway() {
        var client = server.raw();
        var block = Hpack.encode(
                ":method",
                "POST",
                ":scheme",
                "https",
                ":authority",
                client.authority(),
                ":path",
                "/messages",
                "content-type",
                "application/json");

        Flood.send(client, 20_000, (out, i) -> {
            out.writeBytes(new Frame(Frame.HEADERS, Frame.END_HEADERS, 2 * i + 1, block).bytes());
            out.writeBytes(Frame.ofInts(Frame.RST_STREAM, 0, 2 * i + 1, 8).bytes());
        });

        assertTrue(Refusal.goesAway(client), "it must be turned away");
        client.close();
        assertOthersGoOn();
    }

    /** Returns a connection for each, made before the first flood begins. */
    private static Map<String, RawClient> clients(Set<String> names) {
        return names.stream().collect(toMap(name -> name, name -> server.raw()));
    }

    private static void atTheSameTime(Map<String, RawClient> clients, BiConsumer<String, RawClient> flood) {
        var floods = Threads.named("suite-flood");
        var all = clients.entrySet().stream()
                .map(each -> CompletableFuture.runAsync(() -> flood.accept(each.getKey(), each.getValue()), floods))
                .toList();
        assertAll(all.stream().map(each -> () -> each.get(300, TimeUnit.SECONDS)));
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

    @LikelyCause(
            "One setting changes the windows of all streams, each of which then sends: a frame that costs the server"
                    + " hundreds of writes is counted as one.")
    @Test
    void settingsThatSwingManyWindowsAreCountedByTheStreams() {
        int streams = 400;
        var client = server.raw();
        IntStream.range(0, streams)
                .forEach(i -> client.request("POST", "/messages", false, "content-type", "application/json"));
        client.ping(1);
        client.awaitPong(1);
        var swing = new Frame[] {window(0), window(1 << 20)};

        Flood.send(
                client, 1_000, (out, i) -> out.writeBytes(swing[i % 2].bytes())); // Fewer than may be sent in a burst.

        var goAway = client.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY");
        assertEquals("ENHANCE_YOUR_CALM", Frame.error(goAway.number(4)));
        client.close();
        assertOthersGoOn();
    }

    private static Frame window(int bytes) {
        var payload = ByteBuffer.allocate(6)
                .putShort((short) Frame.SETTING_INITIAL_WINDOW_SIZE)
                .putInt(bytes);
        return new Frame(Frame.SETTINGS, 0, 0, payload.array());
    }

    private void assertOthersGoOn() {
        server.post("ann", "after");
        assertEquals(List.of("after"), bystanders.texts());
        server.awaitOpen(bystanders.count());
    }

    private static byte[] padding(int length) {
        var payload = new byte[1 + length];
        payload[0] = (byte) length;
        return payload;
    }
}
