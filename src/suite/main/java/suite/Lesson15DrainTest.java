package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;
import static suite.Deadline.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Going down: the order of events, and what each client is told.
 *
 * <p><b>Length:</b> a drain has one order, and each check looks at one place of it.
 */
@Lesson(id = "15", slug = "going_down", title = "Going down")
@Proves("drain.bye")
class Lesson15DrainTest {

    private static final int PLENTY = 1 << 24;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_DRAIN_MS", "10000",
            "PUSH_STALL_MS", "60000",
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer hasty = JudgedServer.with("PUSH_DRAIN_MS", "1000", "PUSH_STALL_MS", "60000");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    void everyStreamIsToldWhenToComeBackAndEnded() {
        var streams = new ArrayList<Recorder>();
        for (int i = 0; i < 20; i++) {
            streams.add(server.open(i % 2 == 0 ? Format.NDJSON : Format.SSE));
        }
        server.awaitOpen(20);

        var gone = server.drain();

        because("Streams are cut, or left open, instead of being ended with a word of when to come back.", () -> {
            var waits = new HashSet<Long>();
            for (var stream : streams) {
                var bye = because(
                        "The sockets were closed, or the responses ended, before each stream had written its last record.",
                        () -> stream.next(record -> record.is("bye"), "a bye", Deadline.PATIENCE));
                long retryMs = bye.number("retryMs");
                assertTrue(
                        retryMs >= 1_000 && retryMs <= 5_000,
                        "retryMs must be from 1000 to 5000, but it is " + retryMs);
                assertEquals("drain", bye.text("reason"));
                assertEquals(Ending.How.END_STREAM, stream.closed().how());
                waits.add(retryMs);
            }
            because(
                    "Each stream is told the same time. Take a random one for each.",
                    () -> assertTrue(
                            waits.size() > 10,
                            "20 clients must not come back at the same time, but they were told " + waits));
            await(gone);
        });
    }

    @Test
    void aStreamOfSnapshotsIsEnded() {
        var stream = server.open(Format.SEED);

        var gone = server.drain();

        because("A snapshot has no room for a bye, but its stream must be ended all the same.", () -> {
            assertEquals(Ending.How.END_STREAM, stream.closed().how());
            await(gone);
        });
    }

    @Test
    void whateverWasAcceptedComesBeforeTheBye() {
        var streams = List.of(server.open(Format.NDJSON), server.open(server.newClient(), Format.SSE));
        var accepted = new ConcurrentLinkedQueue<String>();
        var posters = List.of(postUntilRefused(accepted), postUntilRefused(accepted));
        boolean stormy = Deadline.in(Deadline.PATIENCE).poll(() -> accepted.size() > 50);

        var gone = server.drain();
        posters.forEach(Deadline::await);
        await(gone);

        because(
                "A message was accepted when it was too late to send it, or bye overtook what was still to be sent.",
                () -> {
                    assertTrue(stormy, "only " + accepted.size() + " messages were accepted before the drain");
                    for (var stream : streams) {
                        stream.next(record -> record.is("bye"), "a bye", Deadline.PATIENCE);
                        var received = new HashSet<String>();
                        stream.arrivals()
                                .forEach(
                                        arrival -> received.add(arrival.record().id()));
                        var missing = accepted.stream()
                                .filter(id -> !received.contains(id))
                                .toList();
                        figures.put("delivered", accepted.size() - missing.size() + "/" + accepted.size());
                        assertEquals(List.of(), missing, "accepted with 201, and not on the stream before its bye");
                    }
                });
    }

    @Proves("drain.refuses")
    @Test
    void whileItGoesDownNewRequestsAreRefused() {
        var peer = server.raw(RawClient.Options.PLAIN.window(10));
        var held = peer.open(Format.NDJSON);
        peer.await(frame -> held.text().length() == 10, "ten bytes");
        var id = server.post("ann", "in time");
        var ready = server.get("/readyz");

        var gone = server.drain();
        awaitUnready();
        var refused = Stream.of("/messages", "/messages/" + id, "/", "/readyz")
                .collect(Collectors.toMap(path -> path, server::get));
        var status = server.get("/status");
        var events = because(
                "A status other than 200 ends an EventSource for good: answer it with 200, a bye and the end.",
                () -> server.open(Format.SSE));
        var post =
                server.request(server.at("/messages").post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"late\"}")));
        peer.windowUpdate(1, PLENTY);

        because("While it goes down the server takes new work, or answers nothing, or says that it is ready.", () -> {
            assertEquals(200, ready.status(), ready.toString());
            refused.forEach((path, answer) -> because(
                    "One branch does not ask whether the server goes down, or refuses without saying when to come back.",
                    () -> assertGoingDown("GET " + path, answer)));
            because(
                    "GET /status is refused as well: whoever watches a server that goes down sees least when it counts.",
                    () -> assertEquals(200, status.status(), "the status of GET /status"));
            because(
                    "A status other than 200 ends an EventSource for good: answer it with 200, a bye and the end.",
                    () -> assertEquals(
                            "drain", events.next("bye").text("reason"), "an EventSource never comes back from a 503"));
            assertGoingDown("POST /messages", post);
            held.next(record -> record.is("bye"), "the bye of a stream that had to wait", Deadline.PATIENCE);
            assertEquals(Ending.How.END_STREAM, held.closed().how());
            await(gone);
        });
    }

    @Test
    void aStreamThatIsBehindCatchesUpBeforeItsBye() {
        var peer = server.raw(RawClient.Options.PLAIN.window(10));
        var behind = peer.open(Format.NDJSON);
        peer.await(frame -> behind.text().length() == 10, "ten bytes");
        var ids = List.of(server.post("ann", "one"), server.post("ann", "two"), server.post("ann", "three"));

        var gone = server.drain();
        awaitUnready();
        peer.windowUpdate(1, PLENTY);

        because("A stream that is behind is ended before it has caught up.", () -> {
            assertEquals(ids, behind.messages(3).stream().map(Message::id).toList());
            behind.next("bye");
            await(gone);
        });
    }

    @Proves("drain.refuses")
    @Test
    void aMessageThatIsWholeTooLateIsRefused() {
        var peer = server.raw(RawClient.Options.PLAIN.window(10));
        var held = peer.open(Format.NDJSON);
        peer.await(frame -> held.text().length() == 10, "ten bytes");
        var poster = server.raw();
        int post = poster.request("POST", "/messages", false, "content-type", "application/json");
        poster.data(post, "{\"user\":\"ann\",".getBytes(UTF_8), false);
        poster.ping(1);
        poster.awaitPong(1);

        var gone = server.drain();
        awaitUnready();
        poster.data(post, "\"text\":\"too late\"}".getBytes(UTF_8), true);

        because(
                "A message whose body was late is accepted when every stream has had its bye, and no client receives it.",
                () -> {
                    because(
                            "Whether the server goes down is asked when a request comes, and not again under the lock under which its"
                                    + " message gets its place.",
                            () -> assertEquals(
                                    503,
                                    poster.recorder(post).awaitHead().status(),
                                    "the status of a post that is whole too late"));
                    peer.windowUpdate(1, PLENTY);
                    await(gone);
                });
    }

    @Proves("drain.connection")
    @Test
    void theConnectionIsToldThatItIsOver() {
        var peer = server.raw();
        var stream = peer.open(Format.NDJSON);

        var gone = server.drain();

        because("The connection is not told that it is over, so that the client asks on it again.", () -> {
            peer.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY");
            because(
                    "The connection was closed under its streams.",
                    () -> assertEquals(Ending.How.END_STREAM, stream.closed().how()));
            await(gone);
        });
    }

    @Proves("drain.connection")
    @Test
    void aStreamThatDoesNotMoveIsNotWaitedForLong() {
        hasty.requires("PUSH_DRAIN_MS");
        var peer = hasty.raw(RawClient.Options.PLAIN.window(10));
        var stalled = peer.open(Format.NDJSON);
        peer.await(frame -> stalled.text().length() == 10, "ten bytes");
        var other = hasty.open(Format.NDJSON);

        var gone = hasty.drain();

        because("One reader that has stopped keeps the server from going down.", () -> {
            await(gone);
            other.next(record -> record.is("bye"), "a bye", Deadline.PATIENCE);
            peer.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY");
            if (hasty.outlivesItsDrain()) {
                var status = hasty.awaitOpen(0);
                assertTrue(!status.counts() || status.closed("drain") == 2, status.toString());
            }
        });
    }

    @Test
    void aSecondDrainIsHarmless() {
        var stream = server.open(Format.NDJSON);

        var first = server.drain();
        if (!server.outlivesItsDrain()) {
            bye(stream); // The second signal may end a process immediately.
        }
        var second = first.isDone() ? first : server.drain();

        because("Going down twice at the same time does harm.", () -> {
            await(first);
            await(second);
            if (server.outlivesItsDrain()) {
                bye(stream);
            }
        });
    }

    private static void bye(Recorder stream) {
        stream.next(record -> record.is("bye"), "a bye", Deadline.PATIENCE);
    }

    @Test
    void aClientThatComesBackIsToldOfTheNewLife() {
        if (!server.ours()) {
            throw JudgedServer.notJudged("it needs a server that it can start again");
        }
        var before = server.open(Format.NDJSON);
        var last = server.post("ann", "in the old life");
        assertEquals(last, before.nextMessage().id());
        await(server.drain());
        server.restart();
        var first = server.post("ann", "in the new life");
        var after = server.open(Format.NDJSON, last);

        because(
                "A client that comes back with an id of the server's former life is not told to forget what it has.",
                () -> {
                    var start = after.next("start");
                    assertEquals("epoch", start.text("reason"));
                    assertTrue(!start.flag("resumed"), start.toString());
                    assertEquals(first, after.nextMessage().id());
                });
    }

    private static void assertGoingDown(String what, Answer answer) {
        answer.problem(503, what);
        assertTrue(
                answer.header("retry-after").matches("[1-9][0-9]*"),
                () -> what + " must be told when to come back: Retry-After is \"" + answer.header("retry-after")
                        + "\"");
    }

    private static void awaitUnready() {
        boolean unready =
                Deadline.in(Deadline.PATIENCE).poll(() -> server.get("/readyz").status() == 503);
        assertTrue(unready, "GET /readyz must answer 503 while the server goes down");
    }

    /** Posts until a post is refused, by a 503 or by the end of its connection. */
    private static CompletableFuture<Void> postUntilRefused(Queue<String> accepted) {
        var client = server.newClient();
        var post = server.at("/messages")
                .post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"in time?\"}"))
                .build();
        return CompletableFuture.runAsync(
                () -> {
                    for (int status = 201; status == 201; ) {
                        try (var response = client.newCall(post).execute()) {
                            status = response.code();
                            if (status == 201) {
                                accepted.add(response.header("location").replaceAll(".*/", ""));
                            }
                        } catch (IOException e) {
                            return;
                        }
                    }
                },
                Threads.named("suite-poster"));
    }
}
