package suite;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Two honest streams, one of NDJSON and one of SSE, that are open while a check does harm. After the check the server must
 * hold these two streams and no other, and must have sent them exactly the messages that were stored, in order.
 *
 * <p><b>Threads:</b> JUnit's.
 */
final class Bystanders implements BeforeEachCallback, AfterEachCallback {

    private static final String MARK = "bystander";

    // Never one twice: the history holds the marks of other tests.
    private static final AtomicInteger MARKS = new AtomicInteger();

    // A connection of their own to each server, kept from test to test: a handshake is the dearest part of a test.
    private static final OkHttpClient CLIENT = Clients.http2();

    private final JudgedServer server;
    private List<Recorder> streams = List.of();

    private Bystanders(JudgedServer server) {
        this.server = server;
    }

    /** To be registered as an instance, after the server. */
    static Bystanders of(JudgedServer server) {
        return new Bystanders(server);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        server.awaitOpen(0);
        streams = List.of(server.open(CLIENT, Format.NDJSON), server.open(CLIENT, Format.SSE));
        texts();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (context.getExecutionException().isEmpty()) {
            Assertions.assertEquals(
                    List.of(), texts(), "a message came to the bystanders that the test did not expect");
            server.awaitOpen(streams.size());
        }
        streams.forEach(Recorder::close);
        streams = List.of();
    }

    /** How many streams they are. */
    int count() {
        return streams.size();
    }

    /** The texts that have been broadcast since this was last asked, the same to each bystander. */
    List<String> texts() {
        return messages().stream().map(Message::text).toList();
    }

    /** The same as whole messages. */
    List<Message> messages() {
        var mark = MARK + " " + MARKS.incrementAndGet();
        server.post(CLIENT, MARK, mark);
        var first = upTo(streams.get(0), mark);
        Assertions.assertEquals(first, upTo(streams.get(1), mark), "NDJSON and SSE must bring the same messages");
        return first;
    }

    private static List<Message> upTo(Recorder stream, String mark) {
        var messages = stream.messagesUpTo(mark);
        return List.copyOf(messages.subList(0, messages.size() - 1));
    }

    /** Fails if anything is sent to the bystanders within this time, heartbeats left out. */
    void quiet(Duration time) {
        streams.forEach(stream -> stream.quiet(time));
    }
}
