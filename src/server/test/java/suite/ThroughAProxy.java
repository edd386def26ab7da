package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The facts that must hold through each proxy, with the configuration that OPERATING.md shows, in front of a server
 * with default settings.
 */
@Tag("proxies")
@Timeout(300)
abstract class ThroughAProxy {

    @RegisterExtension
    static final JudgedServer server = // The defaults are judged; but the reading speed of this machine is not.
            JudgedServer.with("PUSH_STALL_MS", "60000");

    private static final int USERS = 200;
    private static final int BURST = 2_000;
    private static final String LONG = "\ud83d\ude42".repeat(4_000);
    /** Two TLS handshakes for each user, all together, on a machine that may have other work. */
    private static final Duration COMING_IN = Duration.ofSeconds(30);

    private final ProxyKind kind;
    private Proxy proxy;

    ThroughAProxy(ProxyKind kind) {
        this.kind = kind;
    }

    @BeforeEach
    void startProxy() {
        proxy = Proxy.start(kind, server.port());
    }

    @AfterEach
    void stopProxy() {
        proxy.close();
    }

    /** A proxy that looks at its client only when it writes to it needs a message to notice that it has left. */
    void untilTheProxyLooks() {}

    @Test
    @LikelyCause(
            "The page has its references from the root, or its Origin and the Host that the proxy hands on differ.")
    void aPageReadsAndSends() {
        assertReadsAndSends("/");
    }

    @Test
    void aPageUnderAPrefixReadsAndSends() {
        assertReadsAndSends("/push/");
    }

    private void assertReadsAndSends(String path) {
        var stream = server.live(Format.NDJSON);
        var client = server.newClient();
        var page = server.request(client, proxy.at(path));
        assertEquals(200, page.status(), page.toString());
        var through = open(client, path + "messages");
        var origin = proxy.url("");

        var answer = server.request(
                client,
                proxy.at(path + "messages")
                        .header("origin", origin)
                        .post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"by " + path + "\"}")));

        assertEquals(201, answer.status(), answer.toString());
        assertEquals("by " + path, stream.nextMessage().text());
        through.messagesUpTo("by " + path);
    }

    @Test
    @LikelyCause("The limits take the proxy for one client.")
    void twoHundredUsersGetInAndEachReadsAndSends() {
        var users = users(USERS);
        server.awaitOpen(USERS);

        post("to all");
        users.forEach(user -> user.stream.messagesUpTo("to all"));
        var statuses = new ArrayList<Integer>();
        for (var user : users) {
            for (int i = 0; i < 2; i++) {
                statuses.add(server.request(
                                user.client,
                                proxy.at("/messages")
                                        .post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"one of many\"}")))
                        .status());
            }
        }

        assertEquals(List.of(201), statuses.stream().distinct().toList());
        users.get(0).stream.cancel();
        untilTheProxyLooks();
        server.awaitStatus(status -> status.open() == USERS - 1, "that one has left", Deadline.PATIENCE);
        users.forEach(user -> user.stream.cancel());
        untilTheProxyLooks();
        server.awaitStatus(status -> status.open() == 0, "that all have left", Deadline.PATIENCE);
    }

    @Test
    @LikelyCause("Over HTTP/1.1 the chunks that the server has announced are not those that it sends.")
    void aBurstOfTwoThousandMessagesIsExact() {
        var users = users(10);
        var direct = server.live(Format.NDJSON);
        post("from here on");
        direct.messagesUpTo("from here on");
        users.forEach(user -> user.stream.messagesUpTo("from here on"));

        publish(BURST, "burst");

        var expected = direct.messages(BURST);
        for (var user : users) {
            assertEquals(expected, user.stream.messages(BURST));
        }
    }

    @Test
    @LikelyCause("A reader that takes little at a time is sent something else than one that takes all.")
    void aSlowReaderGetsEverythingAndDelaysNoOther() {
        var last = post("before");
        publish(200, LONG);
        var slow = server.closing(RawClient.connect("localhost", proxy.port(), RawClient.Options.PLAIN.window(10)));
        var behind = slow.open(Format.NDJSON, "last-event-id", last);
        slow.await(frame -> behind.text().length() == 10, "ten bytes");
        var quick = server.open(server.newClient(), proxy.at("/messages").header("last-event-id", last), Format.NDJSON);

        publish(200, LONG);

        var expected = quick.messages(400);
        for (var message : expected) {
            slow.windowUpdate(0, 17_000);
            slow.windowUpdate(1, 17_000);
            assertEquals(message, behind.nextMessage());
        }
    }

    @Test
    @LikelyCause("A drain cuts the streams behind a proxy, or leaves out what was accepted.")
    void aDrainIsClean() {
        var users = users(20);
        users.forEach(user -> user.stream.next("start"));
        publish(40, "before the drain");
        post("the last");

        var gone = server.drain();

        for (var user : users) {
            user.stream.messagesUpTo("the last");
            assertEquals("drain", user.stream.next("bye").text("reason"));
            assertEquals(Ending.How.END_STREAM, user.stream.closed().how());
        }
        Deadline.await(gone);
    }

    /** A client with its own connection and its one stream. */
    private record User(OkHttpClient client, Recorder stream) {}

    /** Returns users that come in together and read from here on. */
    private List<User> users(int count) {
        var last = post("the users come");
        var coming = new ArrayList<CompletableFuture<User>>();
        var threads = Executors.newFixedThreadPool(16);
        for (int i = 0; i < count; i++) {
            var client = server.newClient();
            coming.add(CompletableFuture.supplyAsync(
                    () -> {
                        var stream = server.closing(HttpReader.open(
                                client,
                                proxy.at("/messages")
                                        .header("accept", Format.NDJSON.mediaType)
                                        .header("last-event-id", last)
                                        .build(),
                                Format.NDJSON));
                        Deadline.in(COMING_IN).poll(() -> stream.answered() || stream.ended());
                        return new User(client, stream.awaitHead());
                    },
                    threads));
        }
        var users = coming.stream().map(CompletableFuture::join).toList();
        threads.shutdown();
        for (var user : users) {
            assertEquals(200, user.stream.status(), user.stream.text());
            assertEquals(Protocol.HTTP_2, user.stream.protocol());
        }
        return users;
    }

    private Recorder open(OkHttpClient client, String path) {
        return server.open(client, proxy.at(path), Format.NDJSON);
    }

    /** Posts past the proxy. */
    static String post(String text) {
        return server.post(server.newClient(), "ann", text);
    }

    /** Posts many messages past the proxy, over enough connections for the rate limits of each. */
    private static void publish(int count, String text) {
        var posters = new ArrayList<CompletableFuture<Void>>();
        for (int from = 0; from < count; from += 200) {
            int some = Math.min(200, count - from);
            var client = server.newClient();
            posters.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < some; i++) {
                            server.post(client, "ann", text);
                        }
                    },
                    Threads.named("suite-poster")));
        }
        posters.forEach(CompletableFuture::join);
        assertTrue(posters.size() > 0);
    }
}
