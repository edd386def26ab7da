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
 * Two honest streams, one of NDJSON and one of SSE, that stay open while a check does harm. After the check the server
 * must hold these two streams and no other, and must have sent them exactly the stored messages, in order.
 *
 * <p><b>Threads:</b> JUnit's.
 */
final class Bystanders implements BeforeEachCallback, AfterEachCallback {

    private static final String MARK = "bystander";

    // Never twice the same one: the history holds the marks of other tests.
    private static final AtomicInteger MARKS = new AtomicInteger();

    // One connection to each server, kept from test to test: a handshake is the most expensive part of a test.
    private static final OkHttpClient CLIENT = Clients.http2();

    private final JudgedServer server;
    private List<Recorder> streams = List.of();

    private Bystanders(JudgedServer server) {
        this.server = server;
    }

    /** Returns an instance to register after the server. */
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

    /** Returns the number of streams. */
    int count() {
        return streams.size();
    }

    /** Returns the texts broadcast since the last call, which are the same for each bystander. */
    List<String> texts() {
        return messages().stream().map(Message::text).toList();
    }

    /** Returns the same as whole messages. */
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

    /** Fails if anything other than heartbeats is sent to the bystanders within this time. */
    void quiet(Duration time) {
        streams.forEach(stream -> stream.quiet(time));
    }
}
