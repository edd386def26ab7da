package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An ordinary proxy that the server does not know of: hundreds of users on a few connections. */
final class ProxyLoadTest {

    private static final int USERS = 200;
    private static final int POSTS = 400;

    @RegisterExtension
    static final JudgedServer server = // The defaults are judged; but the reading speed of this machine is not.
            JudgedServer.with("PUSH_STALL_MS", "60000");

    @LikelyCause("Limits count connections, and a proxy is one connection for all its users.")
    @Test
    void hundredsOfUsersOnOneHttp2ConnectionAreServed() {
        try (var proxy = server.raw()) {
            var streams = IntStream.range(0, USERS)
                    .mapToObj(user -> proxy.openUnread(Format.NDJSON))
                    .toList();
            var posts = IntStream.range(0, POSTS).mapToObj(i -> post(proxy, i)).toList();

            assertEquals(List.of(), refused(streams.stream(), 200), "streams that were refused");
            assertEquals(List.of(), refused(posts.stream(), 201), "posts that were refused");
            for (var stream : streams) {
                stream.messagesUpTo("h2 " + (POSTS - 1));
            }
        }
    }

    @LikelyCause("Each user's stream is a connection over HTTP/1.1, and all their posts share a few.")
    @Test
    void hundredsOfUsersOnHttp1ConnectionsAreServed() {
        var dispatcher = new Dispatcher();
        var proxy = Clients.http1()
                .newBuilder()
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool())
                .build();
        try {
            var streams = IntStream.range(0, USERS)
                    .mapToObj(user -> server.open(proxy, Format.NDJSON))
                    .toList();
            for (int i = 0; i < POSTS; i++) {
                var message = "{\"user\":\"p\",\"text\":\"h1 " + i + "\"}";
                assertEquals(
                        201,
                        server.request(proxy, server.at("/messages").post(JudgedServer.json(message)))
                                .status());
            }
            for (var stream : streams) {
                stream.messagesUpTo("h1 " + (POSTS - 1));
                stream.cancel();
            }
            boolean gone = Deadline.in(Duration.ofSeconds(60)).poll(() -> {
                server.post("suite", "those who have left are found at the latest when something is written to them");
                return server.status().open() == 0;
            });
            assertTrue(gone, "streams are left over");
        } finally {
            Clients.close(proxy);
        }
    }

    private static List<Integer> refused(Stream<Recorder> answers, int wanted) {
        return answers.map(answer -> answer.awaitHead().status())
                .filter(status -> status != wanted)
                .toList();
    }

    private static Recorder post(RawClient proxy, int number) {
        int stream = proxy.request("POST", "/messages", false, "content-type", "application/json");
        proxy.data(stream, ("{\"user\":\"p\",\"text\":\"h2 " + number + "\"}").getBytes(UTF_8), true);
        return proxy.recorder(stream);
    }
}
