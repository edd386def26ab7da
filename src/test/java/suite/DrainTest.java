package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a drain finds half done: POSTs whose answer, body or stream's request is still under way. */
class DrainTest {

    private static final int ENOUGH = 300;

    @RegisterExtension
    static final Target server =
            Target.with("PUSH_DRAIN_MS", "10000", "PUSH_STALL_MS", "60000", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @RepeatedTest(5)
    @Means(
            "A message was stored and its POST never answered: the client may not repeat it, and cannot know that it is there.")
    void whateverIsStoredIsAnswered() {
        var stream = server.open(Format.NDJSON);
        var unanswered = new ConcurrentLinkedQueue<String>();
        var accepted = new AtomicInteger();
        var posters = new ArrayList<CompletableFuture<?>>();
        for (int i = 0; i < 4; i++) {
            var client = server.newClient();
            for (int j = 0; j < 8; j++) {
                var name = i + "." + j + ".";
                posters.add(CompletableFuture.runAsync(
                        () -> postUntilRefused(client, name, accepted, unanswered),
                        task -> new Thread(task, "poster").start()));
            }
        }
        boolean stormy = Deadline.in(Deadline.PATIENCE).poll(() -> accepted.get() > ENOUGH);

        var gone = server.drain();

        posters.forEach(DrainTest::await);
        await(gone);
        assertTrue(stormy, "only " + accepted + " messages were accepted before the drain");
        stream.next(record -> record.is("bye"), "a bye", Deadline.PATIENCE);
        var stored = stream.arrivals().stream()
                .map(arrival -> arrival.record().text("text"))
                .filter(unanswered::contains)
                .toList();
        figures.put("unanswered", unanswered.size() + ", of which stored " + stored.size());
        assertEquals(List.of(), stored, "on the stream, though its POST was not answered");
    }

    @Test
    @Means("A POST whose body is still coming is cut off without an answer, or holds up the drain.")
    void aBodyThatIsUnderWayIsRefused() {
        var peer = server.raw();
        int post = peer.request("POST", "/messages", false, "content-type", "application/json");
        peer.data(post, new byte[] {'{'}, false);
        server.get("/status");

        var gone = server.drain();

        assertEquals(503, peer.recorder(post).awaitHead().status());
        await(gone);
    }

    @Test
    @Means("The end of a stream waits for the end of its request, which may never come.")
    void aStreamWhoseRequestGoesOnIsEndedAllTheSame() {
        var peer = server.raw();
        var stream = peer.recorder(peer.request("GET", "/messages", false, "accept", Format.NDJSON.mediaType));
        stream.awaitText("\"type\":\"start\"");

        var gone = server.drain();

        assertEquals(Ending.How.END_STREAM, stream.closed().how());
        assertTrue(stream.text().contains("\"type\":\"bye\""), stream.text());
        await(gone);
    }

    private static void postUntilRefused(
            OkHttpClient client, String name, AtomicInteger accepted, Queue<String> unanswered) {
        int status = 201;
        for (int i = 0; status == 201; i++) {
            var post = server.at("/messages").post(Target.json("{\"user\":\"ann\",\"text\":\"" + name + i + "\"}"));
            try (var response = client.newCall(post.build()).execute()) {
                status = response.code();
                if (status == 201) {
                    accepted.incrementAndGet();
                }
            } catch (IOException e) {
                unanswered.add(name + i);
                return;
            }
        }
    }

    private static void await(CompletableFuture<?> done) {
        boolean over = Deadline.in(Deadline.PATIENCE).poll(done::isDone);
        assertTrue(over, "it must be over within " + Deadline.say(Deadline.PATIENCE));
        done.join();
    }
}
