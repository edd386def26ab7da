package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Third-party clients, as people use them: OkHttp's for server-sent events, curl and nghttp. */
@Tag("clients")
final class ClientsTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_HEARTBEAT_MS", "400");

    @TempDir
    private Path dir;

    /** One event as OkHttp's client reported it. */
    private record Event(String id, String type, String data) {}

    @LikelyCause("The stream is not what the standard calls server-sent events.")
    @Test
    void okHttpReadsEventsAndResumes() throws InterruptedException {
        var first = server.post("ann", "one");
        var events = new LinkedBlockingQueue<Event>();
        var protocols = new ArrayList<Protocol>();
        var source = listen(server.at("/messages").build(), events, protocols);

        assertEquals("start", take(events).type());
        assertEquals("one", text(upTo(events, first)));
        assertEquals("heartbeat", take(events).type());
        source.cancel();
        var second = server.post("ann", "two\nin two lines");
        var third = server.post("ann", "three");
        var again = new LinkedBlockingQueue<Event>();
        listen(server.at("/messages").header("last-event-id", first).build(), again, protocols);

        assertTrue(take(again).data().contains("\"resumed\":true"));
        var two = take(again);
        var three = take(again);
        assertEquals(List.of(second, third), List.of(two.id(), three.id()));
        assertEquals("two\nin two lines", text(two));
        assertNull(two.type(), "a message is an event without a name");
        assertEquals(List.of(Protocol.HTTP_2, Protocol.HTTP_2), protocols);
    }

    @LikelyCause("curl -N shows nothing, or shows it late: something holds the response back.")
    @ParameterizedTest
    @CsvSource({
        "application/x-ndjson, '{\"type\":\"start\",\"resumed\":false', '\"text\":\"live\"'",
        "text/event-stream, 'event: start\ndata: {\"type\":\"start\"', '\"text\":\"live\"'",
        "text/plain, '{\"messages\":[', '\"text\":\"live\"'"
    })
    void curlShowsEachFormAsItComes(String accept, String first, String then) {
        try (var curl = curl("-N", "-i", "-H", "Accept: " + accept, server.url("/messages"))) {
            curl.await(first);

            server.post("ann", "live");

            var said = curl.await(then);
            assertTrue(said.startsWith("HTTP/2 200"), said);
            assertTrue(said.contains("content-type: " + accept), said);
        }
    }

    @LikelyCause("What the README shows for curl does not work.")
    @Test
    void curlPostsAndResumes() {
        var posted = curl(
                "-w",
                "%{http_code} HTTP/%{http_version}",
                "-H",
                "Content-Type: application/json",
                "-d",
                "{\"user\":\"curl\",\"text\":\"from curl \u00fc\"}",
                server.url("/messages"));
        assertEquals(0, posted.exitCode(Deadline.PATIENCE), posted.said());
        var said = posted.await("HTTP/");
        assertTrue(said.endsWith("201 HTTP/2"), said);
        var id = said.replaceFirst("(?s).*\"id\":\"([^\"]*)\".*", "$1");
        server.post("ann", "after curl");

        try (var curl = curl(
                "-N", "-H", "Accept: application/x-ndjson", "-H", "Last-Event-ID: " + id, server.url("/messages"))) {
            var lines = curl.await("after curl").split("\n");

            assertTrue(lines[0].contains("\"resumed\":true"), lines[0]);
            assertTrue(lines[1].contains("\"text\":\"after curl\""), lines[1]);
        }
    }

    @LikelyCause("HTTP/1.1 is not what curl gets when it asks for it.")
    @Test
    void curlMaySpeakHttp1() {
        try (var curl = curl("-N", "-i", "--http1.1", "-H", "Accept: application/x-ndjson", server.url("/messages"))) {
            var said = curl.await("\"type\":\"heartbeat\"");

            assertTrue(said.startsWith("HTTP/1.1 200"), said);
        }
    }

    @LikelyCause("A frame is not as RFC 9113 has it; nghttp is stricter than most.")
    @ParameterizedTest
    @CsvSource({
        "application/x-ndjson, '\"type\":\"heartbeat\"'",
        "text/event-stream, 'event: heartbeat'",
        "text/plain, '\"messages\":['"
    })
    void nghttpReadsEachForm(String accept, String expected) {
        var nghttp = Command.start("nghttp", "-v", "--no-dep", "-H", "accept: " + accept, server.url("/messages"));
        try (nghttp) {
            server.post("ann", "for nghttp");

            var said = nghttp.await(expected);
            assertTrue(said.contains("The negotiated protocol: h2"), said);
            assertTrue(said.contains(":status: 200"), said);
            nghttp.await("for nghttp");
            assertFalse(nghttp.said().contains("ERROR"), nghttp.said());
        }
    }

    @LikelyCause("A body without Content-Length, or one that ends in an empty frame, is not read to its end.")
    @Test
    void nghttpPosts() throws IOException {
        var body = Files.writeString(dir.resolve("body.json"), "{\"user\":\"nghttp\",\"text\":\"from nghttp\"}");

        try (var nghttp = Command.start(
                "nghttp",
                "-v",
                "-H",
                "content-type: application/json",
                "-d",
                body.toString(),
                server.url("/messages"))) {
            assertEquals(0, nghttp.exitCode(Deadline.PATIENCE), nghttp.said());
            nghttp.await(":status: 201");
        }
        assertTrue(server.open(Format.NDJSON).messagesUpTo("from nghttp").size() > 0);
    }

    private static Command curl(String... arguments) {
        var words = new ArrayList<>(List.of("curl", "-sS", "--max-time", "20", "--cacert", "certs/server.crt"));
        words.addAll(List.of(arguments));
        return Command.start(words.toArray(new String[0]));
    }

    private static EventSource listen(Request request, BlockingQueue<Event> events, List<Protocol> protocols) {
        var source = EventSources.createFactory(server.client()).newEventSource(request, new EventSourceListener() {
            @Override
            public void onOpen(EventSource source, Response response) {
                protocols.add(response.protocol());
            }

            @Override
            public void onEvent(EventSource source, String id, String type, String data) {
                events.add(new Event(id, type, data));
            }
        });
        server.closing(source::cancel);
        return source;
    }

    private static Event take(BlockingQueue<Event> events) throws InterruptedException {
        var event = events.poll(Deadline.patienceMs(), TimeUnit.MILLISECONDS);
        if (event == null) {
            throw new AssertionError("no event came within " + Deadline.say(Deadline.PATIENCE));
        }
        return event;
    }

    private static Event upTo(BlockingQueue<Event> events, String id) throws InterruptedException {
        var event = take(events);
        while (!id.equals(event.id())) {
            event = take(events);
        }
        return event;
    }

    private static String text(Event event) {
        return WireRecord.object(event.data()).path("text").asString("");
    }
}
