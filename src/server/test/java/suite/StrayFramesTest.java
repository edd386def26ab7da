package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A peer may not know yet that the server has reset a stream: later frames on it are ignored (RFC 9113, 5.1). */
final class StrayFramesTest {

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0", "PUSH_BODY_MS", "2000");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    /** The reason why the server resets a request whose body is still coming. */
    enum Why {
        ANSWERED_EARLY("content-type", "text/plain"),
        TOO_SLOW("content-type", "application/json"),
        MALFORMED("connection", "close"),
        TOO_LONG("content-length", "1", "content-type", "application/json");

        private final String[] fields;

        Why(String... fields) {
            this.fields = fields;
        }
    }

    /** DATA of this many bytes, the last of its request or not. */
    private record Stray(int bytes, boolean last) {}

    private static final List<Stray> STRAYS = IntStream.of(0, 1, 5_000)
            .boxed()
            .flatMap(bytes -> Stream.of(new Stray(bytes, false), new Stray(bytes, true)))
            .toList();

    /** A connection of a peer, with a stream and with a request that the server resets. */
    private record Peer(RawClient client, Recorder held, int post, Stray stray) {

        static Peer of(Why why, Stray stray) {
            var client = server.raw();
            var held = client.open(Format.NDJSON);
            held.next("start");
            int post = client.request("POST", "/messages", false, why.fields);
            if (why == Why.TOO_LONG) {
                client.data(post, new byte[100], false);
            }
            return new Peer(client, held, post, stray);
        }
    }

    @LikelyCause(
            "DATA that was under way when the server reset its stream ends the connection, and all its other streams.")
    @ParameterizedTest
    @EnumSource
    void dataOfAStreamThatTheServerHasResetEndsNothing(Why why) {
        var peers = STRAYS.stream().map(stray -> Peer.of(why, stray)).toList();
        for (var peer : peers) {
            peer.client.await(frame -> frame.is(Frame.RST_STREAM, peer.post), "the request to be reset");
        }

        for (var peer : peers) {
            peer.client.data(peer.post, new byte[peer.stray.bytes], peer.stray.last);
            assertAlive(peer.client, peer.held, why + " " + peer.stray);
        }
        peers.forEach(peer -> peer.client.close());
        server.awaitOpen(bystanders.count());
    }

    @LikelyCause("What was dropped is not given back, and in the end no request of the connection can have a body.")
    @ParameterizedTest
    @CsvSource({"MALFORMED, 30", "ANSWERED_EARLY, 5"})
    void windowOfWhatIsDroppedIsGivenBack(Why why, int times) {
        var client = server.raw();
        var held = client.open(Format.NDJSON);
        held.next("start");
        var posts = IntStream.range(0, times)
                .map(i -> client.request("POST", "/messages", false, why.fields))
                .toArray();

        for (int post : posts) {
            client.await(frame -> frame.is(Frame.RST_STREAM, post), "the request to be reset");
            int given = given(client);
            client.data(post, new byte[16_000], false);
            client.data(post, new byte[16_000], false);
            client.data(post, new byte[8_000], true);
            client.await(frame -> given(client) > given, "the window back after request " + post);
        }

        assertAlive(client, held, why + " " + times);
        client.close();
        server.awaitOpen(bystanders.count());
    }

    private static int given(RawClient client) {
        return client.frames().stream()
                .filter(frame -> frame.is(Frame.WINDOW_UPDATE, 0))
                .mapToInt(frame -> frame.number(0))
                .sum();
    }

    private void assertAlive(RawClient client, Recorder held, String name) {
        client.ping(77);
        client.awaitPong(77);
        server.post("eve", name);
        held.messagesUpTo(name);
        assertEquals(List.of(name), bystanders.texts());
        assertFalse(Refusal.goneAway(client), () -> name + " must not end the connection: " + client.frames());
    }
}
