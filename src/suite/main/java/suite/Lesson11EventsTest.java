package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static suite.Because.because;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same records as server-sent events: who gets them, what a browser makes of them, and what it comes back with. */
@Lesson(id = "11", slug = "resume", title = "Resume")
@Proves("resume.exact")
final class Lesson11EventsTest {

    /** In UTF-8 these take two, three and four bytes. */
    private static final String TEXT = "gr\u00fc\u00dfe, \u20ac and \uD83D\uDC0C";

    private static final String EVENTS = "text/event-stream";

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer beating = JudgedServer.with("PUSH_HEARTBEAT_MS", "200");

    @Test
    void browserHasTheRightIdAfterEachEvent() {
        server.post("ann", "1");
        var stream = server.open(Format.SSE);

        var start = next(stream, "start");
        var message = next(stream, "message");

        because(
                "A browser takes the id of every event for its last one: one that is not what follows loses or repeats messages.",
                () -> {
                    assertEquals(start.id(), event(start).id().orElse(""), "the id: line of a start");
                    assertEquals(message.id(), event(message).id().orElse(""), "the id: line of a message");
                });
        assertNamed(start);
    }

    private static WireRecord next(Recorder stream, String type) {
        return because(
                "A blank line ends each event, and comes with it: two line feeds after its last field.",
                () -> stream.next(type));
    }

    private static void assertNamed(WireRecord record) {
        because(
                "A browser takes an event without an event: line for a message, and calls what waits for messages.",
                () -> assertEquals(
                        record.type(), event(record).name(), "the event: line of a " + record.type() + " event"));
    }

    private static Sse.Event event(WireRecord record) {
        return record.event().orElseThrow();
    }

    @Test
    void heartbeatLeavesABrowsersPlaceAsItIs() {
        var stream = beating.open(Format.SSE);
        var beat = stream.next(
                record -> record.is("heartbeat"),
                "a heartbeat",
                beating.heartbeat().multipliedBy(3).plus(Deadline.PATIENCE));

        because(
                "A heartbeat has an id: line. It names the newest message, and a browser would come back with it though it may not have that message.",
                () -> assertEquals(
                        Optional.empty(),
                        event(beat).id(),
                        "the id: line of a heartbeat, of which there must be none"));
        assertNamed(beat);
    }

    @Test
    void eventsAreInUtf8() {
        var id = server.post("ann", TEXT);

        because(
                "The bytes of a message are made into text or back in another charset: server-sent events are UTF-8, always.",
                () -> {
                    var message = server.open(Format.SSE)
                            .next(
                                    record ->
                                            record.is("message") && record.id().equals(id),
                                    "the message",
                                    Deadline.PATIENCE);
                    assertEquals(TEXT, message.text("text"), "the text that was posted");
                });
    }

    /** On one connection, and so on one IO thread. */
    @Test
    void bothFormsAreReadSideBySide() {
        var client = server.newClient();
        var lines = server.live(client, Format.NDJSON);
        var events = server.live(client, Format.SSE);

        because(
                "One form's record is kept, and given to a stream that has asked for the other: what is shared belongs to a message and a form.",
                () -> {
                    for (int i = 0; i < 3; i++) {
                        var id = server.post("ann", "side by side " + i);
                        for (var stream : List.of(lines, events)) {
                            var came = stream.messagesUpTo("side by side " + i);
                            assertEquals(id, came.get(came.size() - 1).id());
                        }
                    }
                });
    }

    @Proves("stream.forms")
    @ParameterizedTest
    @ValueSource(strings = {EVENTS, "text/event-stream, */*;q=0.1", "application/json, text/event-stream"})
    void whoNamesServerSentEventsGetsThem(String accept) {
        because(
                "Accept is a list of types, and each may have parameters: look whether it names text/event-stream, and not whether it is that.",
                () -> assertEquals(EVENTS, contentType(accept), "the content-type of " + asked(accept)));
    }

    @Proves("stream.forms")
    @ParameterizedTest
    @ValueSource(strings = {"", "*/*", "application/x-ndjson", "application/x-ndjson, */*;q=0.1"})
    void whoDoesNotNameServerSentEventsGetsNone(String accept) {
        because(
                "Server-sent events are for those who name them: there may be no Accept at all, and */* names nothing.",
                () -> assertNotEquals(EVENTS, contentType(accept), "the content-type of " + asked(accept)));
    }

    /** Returns the media type of the answer to this Accept, or to none. */
    private static String contentType(String accept) {
        var request = server.at("/messages");
        if (!accept.isEmpty()) {
            request.header("accept", accept);
        }
        var recorder = server.closing(Recorder.open(server.client(), request.build(), Format.ANY));
        assertEquals(200, recorder.status(), "the status of " + asked(accept));
        return recorder.header("content-type").replaceFirst(" *;.*", "");
    }

    private static String asked(String accept) {
        return "GET /messages " + (accept.isEmpty() ? "without Accept" : "with Accept: " + accept);
    }
}
