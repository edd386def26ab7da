package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The three forms of {@code GET /messages}, the second dialect of one of them, and the ways a client asks for each. */
@Area(id = "forms", title = "The forms of a stream")
@Proves("stream.forms")
class FormsTest {

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.with("PUSH_HEARTBEAT_MS", "300", "PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                                             | text/plain; charset=utf-8",
                "*/*                                                          | text/plain; charset=utf-8",
                "text/*                                                       | text/plain; charset=utf-8",
                "text/plain                                                   | text/plain; charset=utf-8",
                "text/html, */*;q=0.1                                         | text/plain; charset=utf-8",
                "application/x-ndjson                                         | application/x-ndjson",
                "application/*                                                | application/x-ndjson",
                "text/html, application/x-ndjson;q=0.1                        | application/x-ndjson",
                "text/event-stream;q=0.5, application/x-ndjson; q=0.9         | application/x-ndjson",
                "*/*, application/x-ndjson                                    | application/x-ndjson",
                "text/event-stream                                            | text/event-stream",
                "TEXT/Event-Stream                                            | text/event-stream",
                "text/event-stream, application/x-ndjson;q=0                  | text/event-stream",
            })
    void acceptChoosesTheForm(String accept, String expected) {
        for (var path : List.of("/messages", "/msgs")) {
            var request = server.at(path);
            if (accept != null) {
                request.header("accept", accept);
            }

            var recorder = server.closing(Recorder.open(server.client(), request.build(), Format.ANY));

            assertEquals(200, recorder.status(), path);
            assertEquals(expected, recorder.header("content-type"), "the content-type of " + path);
        }
    }

    @Proves("refuse.missing")
    @ParameterizedTest
    @ValueSource(strings = {"text/html", "application/json", "image/*", "text/event-stream;q=0"})
    void whatCannotBeServedIsRefused(String accept) {
        var answer = server.request(server.at("/messages").header("accept", accept));

        assertEquals(406, answer.status());
        assertEquals("application/problem+json", answer.header("content-type"));
        assertTrue(answer.json().path("detail").asString("").contains("application/x-ndjson"), answer.body());
    }

    @Proves("stream.fields")
    @ParameterizedTest
    @EnumSource(names = {"SEED", "NDJSON", "SSE"})
    void noFormIsCachedBufferedOrCompressed(Format format) {
        var request = server.at("/messages").header("accept-encoding", "gzip, deflate, br");

        var recorder = server.open(server.client(), request, format);

        assertEquals("no-store, no-transform", recorder.header("cache-control"));
        assertEquals("no", recorder.header("x-accel-buffering"));
        assertEquals("nosniff", recorder.header("x-content-type-options"));
        assertEquals("accept, origin", recorder.header("vary"));
        assertEquals("", recorder.header("content-encoding"));
        assertEquals("", recorder.header("content-length"));
    }

    @Proves("stream.snapshot")
    @Test
    void anEmptyLogIsAnEmptySnapshot() {
        server.restart();

        var messages = server.open(Format.SEED);
        var msgs = server.open(server.client(), server.at("/msgs"), Format.SEED);

        messages.next("snapshot");
        msgs.next("snapshot");
        // A slow machine may see each again, as a heartbeat.
        assertEquals(
                List.of("{\"messages\":[]}"), messages.text().lines().distinct().toList());
        assertEquals(List.of("{\"msg\":[]}"), msgs.text().lines().distinct().toList());
    }

    @Proves("stream.snapshot")
    @ParameterizedTest
    @CsvSource({"/messages, messages", "/msgs, msg"})
    void aSnapshotIsTheNewestFiftyNewestFirst(String path, String key) {
        for (int i = 0; i < 60; i++) {
            server.post("ann", "message " + i);
        }

        var snapshot =
                server.open(server.client(), server.at(path), Format.SEED).next("snapshot");

        assertEquals(List.of(key), List.copyOf(snapshot.fields().propertyNames()));
        assertEquals(
                List.of("user", "text", "time"),
                List.copyOf(snapshot.fields().get(key).get(0).propertyNames()));
        var texts = snapshot.messages().stream().map(Message::text).toList();
        assertEquals(50, texts.size());
        assertEquals("message 59", texts.get(0));
        assertEquals("message 10", texts.get(49));
    }

    @Proves("stream.snapshot")
    @Test
    void aBurstEndsWithTheSnapshotOfTheNewest() {
        long began = System.nanoTime();
        var recorder = server.open(Format.SEED);
        recorder.next("snapshot");

        for (int i = 0; i < 60; i++) {
            server.post("ann", "burst " + i);
        }

        var last = recorder.next(
                record -> record.messages().stream()
                        .limit(1)
                        .anyMatch(first -> first.text().equals("burst 59")),
                "the newest",
                Deadline.PATIENCE);
        assertEquals("burst 10", last.messages().get(49).text());
        int came = recorder.arrivals().size();
        long beats = Duration.ofNanos(System.nanoTime() - began).dividedBy(server.heartbeat());
        assertTrue(came <= 61 + beats, "never more than one snapshot for each message, and heartbeats");
    }

    @Proves("stream.snapshot")
    @Test
    void aSnapshotIsItsOwnHeartbeat() {
        server.post("ann", "the newest of a while");
        var recorder = server.open(Format.SEED);
        var first = recorder.next("snapshot");

        var again = recorder.next("snapshot");

        assertEquals(first.fields(), again.fields());
        assertEquals("the newest of a while", again.messages().get(0).text());
    }

    @Proves("stream.snapshot")
    @Test
    void bothDialectsAreOneLog() {
        var messages = server.open(Format.SEED);
        var records = server.live(Format.NDJSON);

        var answer =
                server.request(server.at("/msgs").post(JudgedServer.json("{\"user\":\"bob\",\"text\":\"by msgs\"}")));

        assertEquals(201, answer.status());
        assertEquals("by msgs", records.nextMessage().text());
        messages.next(
                record -> record.messages().stream()
                        .anyMatch(message -> message.text().equals("by msgs")),
                "the message",
                Deadline.PATIENCE);
        var id = answer.json().path("id").asString("");
        var resumed = server.open(server.client(), server.at("/msgs").header("last-event-id", id), Format.SSE);
        assertTrue(resumed.next("start").flag("resumed"));
    }

    @Test
    void theSameRecordsComeAsNdjsonAndAsEvents() {
        var lines = server.live(Format.NDJSON);
        var events = server.live(Format.SSE);
        lines.nextMessage();

        server.post("ann", "two\nlines and \"quotes\"");

        assertEquals(lines.next("message").fields(), events.next("message").fields());
        assertEquals(
                lines.next("heartbeat", Duration.ofSeconds(5)).fields(),
                events.next("heartbeat", Duration.ofSeconds(5)).fields());
    }

    @Test
    void onlyMessagesAreEventsWithoutANameAndHeartbeatsHaveNoId() {
        var recorder = server.open(Format.SSE);
        var first = recorder.next("start");
        var start = first.event().orElseThrow();

        var id = server.post("ann", "an event");

        var message = recorder.next(record -> record.id().equals(id), "the message", Deadline.PATIENCE);
        assertEquals(Optional.of(id), message.event().orElseThrow().id());
        assertEquals("", message.event().orElseThrow().name());
        var heartbeat = recorder.next("heartbeat").event().orElseThrow();
        assertEquals(List.of("start", "heartbeat"), List.of(start.name(), heartbeat.name()));
        assertEquals(List.of(Optional.of(first.id()), Optional.empty()), List.of(start.id(), heartbeat.id()));
    }

    @Test
    void theFirstEventSaysWhenToComeBack() {
        var retries = new ArrayList<Long>();

        for (int i = 0; i < 3; i++) {
            var event = server.open(Format.SSE).next("start").event().orElseThrow();
            retries.add(event.retry().orElse(-1L));
        }

        assertTrue(retries.stream().allMatch(ms -> ms >= 1_000 && ms <= 5_000), "retry: " + retries);
        assertTrue(retries.stream().distinct().count() > 1, "they must be spread, but all are " + retries);
    }

    @Proves("message.get")
    @Test
    void aLocationIsTheMessageUntilItIsKeptNoLonger() {
        var posted =
                server.request(server.at("/messages").post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"kept\"}")));

        var found = server.get(posted.header("location"));

        assertEquals(200, found.status());
        assertEquals("application/json", found.header("content-type"));
        assertEquals(posted.json(), found.json());
        assertEquals(404, server.get(posted.header("location") + "0").status());
        assertEquals(404, server.get("/messages/another-1").status());
    }

    @Proves("refuse.missing")
    @Test
    void whatIsNotThereIsNotFoundAndNotForbiddenToPostTo() {
        var here = server.post("ann", "here");

        server.request(server.at("/nope").post(JudgedServer.json("{}"))).problem(404, "POST /nope");
        server.request(server.at("/messages/x-1").delete()).problem(404, "DELETE /messages/x-1");
        server.request(server.at("/messages/" + here).delete()).problem(405, "DELETE of a message");
        server.request(server.at("/").post(JudgedServer.json("{}"))).problem(405, "POST /");
    }
}
